import CryptoTools
import JSONKit

/// The wire form: an object with one member that names the type, `{"S":"text"}`.
extension AttributeValue {
    var wire: JSON {
        switch self {
        case .string(let text): ["S": .string(text)]
        case .number(let text): ["N": .string(text)]
        case .bool(let value): ["BOOL": .bool(value)]
        case .null: ["NULL": true]
        case .map(let members): ["M": .object(JSONObject(members.map { ($0.name, $0.value.wire) }))]
        case .list(let values): ["L": .array(values.map(\.wire))]
        case .binary(let bytes): ["B": .string(Base64.encode(bytes, padded: true))]
        case .strings(let texts): ["SS": .array(texts.map { .string($0) })]
        case .numbers(let texts): ["NS": .array(texts.map { .string($0) })]
        case .binaries(let values): ["BS": .array(values.map { .string(Base64.encode($0, padded: true)) })]
        }
    }

    /// Nil when `wire` is not of that form.
    init?(wire: JSON) {
        guard let object = wire.objectValue, object.count == 1, let (type, content) = object.first(where: { _ in true })
        else { return nil }
        switch (type, content) {
        case ("S", .string(let text)): self = .string(text)
        case ("N", .string(let text)): self = .number(text)
        case ("BOOL", .bool(let value)): self = .bool(value)
        case ("NULL", .bool): self = .null
        case ("M", .object(let object)):
            var members: [AttributeMember] = []
            for (name, wire) in object {
                guard let value = AttributeValue(wire: wire) else { return nil }
                members.append(AttributeMember(name: name, value: value))
            }
            self = .map(members)
        case ("L", .array(let array)):
            guard let values = Self.all(array, { AttributeValue(wire: $0) }) else { return nil }
            self = .list(values)
        case ("B", .string(let text)):
            guard let bytes = Base64.decode(text, padded: true) else { return nil }
            self = .binary(bytes)
        case ("SS", .array(let array)):
            guard let texts = Self.all(array, { $0.stringValue }) else { return nil }
            self = .strings(texts)
        case ("NS", .array(let array)):
            guard let texts = Self.all(array, { $0.stringValue }) else { return nil }
            self = .numbers(texts)
        case ("BS", .array(let array)):
            guard let values = Self.all(array, { $0.stringValue.flatMap { Base64.decode($0, padded: true) } }) else {
                return nil
            }
            self = .binaries(values)
        default: return nil
        }
    }

    /// What `convert` makes of each; nil when it makes nothing of one.
    private static func all<Value>(_ array: [JSON], _ convert: (JSON) -> Value?) -> [Value]? {
        let values = array.compactMap(convert)
        return values.count == array.count ? values : nil
    }
}

extension Item {
    /// In the order of names, so that the same item is the same text.
    var wire: JSON {
        .object(JSONObject(sorted { $0.key < $1.key }.map { ($0.key, $0.value.wire) }))
    }

    init?(wire: JSON) {
        guard let object = wire.objectValue else { return nil }
        self.init()
        for (name, wire) in object {
            guard let value = AttributeValue(wire: wire) else { return nil }
            self[name] = value
        }
    }
}
