import JSONKit

/// Message attributes in SQS's form. SQS takes at most ten, with names of letters, digits, `_`, `-` and `.`, and no
/// empty values (SQS Developer Guide, "Message metadata"); others travel together as JSON in one attribute.
enum SQSAttributes {
    private static let rest = "foqus-attributes"
    private static let limit = 10

    static func encode(_ attributes: [String: String]) -> JSONObject {
        var plain: [(String, String)] = []
        var others: [(String, String)] = []
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
            if isPlain(name) && SQSText.isSendable(value), name != rest, plain.count < limit {
                plain.append((name, value))
            } else {
                others.append((name, value))
            }
        }
        if !others.isEmpty {
            if plain.count == limit { others.append(plain.removeLast()) }
            plain.append((rest, JSON.object(JSONObject(others.map { ($0, .string($1)) })).text()))
        }
        return JSONObject(
            plain.map { name, value in (name, ["DataType": "String", "StringValue": .string(value)]) })
    }

    static func decode(_ json: JSON?) -> [String: String] {
        var attributes: [String: String] = [:]
        for (name, value) in json?.objectValue ?? [:] {
            // A binary value stays in the base 64 of the protocol.
            attributes[name] = value["StringValue"]?.stringValue ?? value["BinaryValue"]?.stringValue
        }
        guard let text = attributes[rest], let others = try? JSON.parse(Array(text.utf8)).objectValue else {
            return attributes
        }
        attributes[rest] = nil
        for (name, value) in others { attributes[name] = value.stringValue }
        return attributes
    }

    /// Bytes that the attributes count towards a message's size: names, types and values.
    static func size(_ encoded: JSONObject) -> Int {
        encoded.reduce(0) { sum, member in
            sum + member.key.utf8.count + "String".utf8.count
                + (member.value["StringValue"]?.stringValue ?? "").utf8.count
        }
    }

    private static func isPlain(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 256, !name.hasPrefix("."), !name.hasSuffix("."), !name.contains(".."),
            !name.lowercased().hasPrefix("aws."), !name.lowercased().hasPrefix("amazon.")
        else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}

/// What SQS and SNS take as text: the characters of XML 1.0, at least one of them.
enum SQSText {
    static func isSendable(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar.value {
                case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
                default: false
                }
            }
    }
}
