import JSONKit

/// Message attributes as a column holds them: a JSON object of strings, names in order.
enum AttributeText {
    static func encode(_ attributes: [String: String]) -> [UInt8] {
        let members = attributes.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
        return JSON.object(JSONObject(members)).serialized()
    }

    static func decode(_ bytes: [UInt8]) throws(UnreadableRow) -> [String: String] {
        let object = try? JSON.parse(bytes).objectValue
        guard let object else { throw UnreadableRow("attributes of a message are not a JSON object") }
        var attributes: [String: String] = [:]
        for (name, value) in object {
            guard let text = value.stringValue else { throw UnreadableRow("attribute \(name) is not a string") }
            attributes[name] = text
        }
        return attributes
    }
}
