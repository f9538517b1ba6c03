/// A JSON value (RFC 8259).
///
/// Whole numbers keep 64 bits: an integer literal that fits `Int64` is an ``int(_:)``, every other number a
/// ``number(_:)``. The two compare as the values they stand for, see ``==(_:_:)``.
public enum JSON: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON {
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// A whole number, also when it was written with a fraction of zero or an exponent (`1.0`, `1e3`).
    public var intValue: Int? {
        switch self {
        case .int(let value): Int(value)
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// Any number. Integers beyond 2^53 are rounded to the nearest double.
    public var doubleValue: Double? {
        switch self {
        case .int(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var arrayValue: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    public var objectValue: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The member of an object; `nil` when there is none or this is no object.
    public subscript(key: String) -> JSON? {
        if case .object(let object) = self { object[key] } else { nil }
    }

    /// The element of an array; `nil` when there is none or this is no array.
    public subscript(index: Int) -> JSON? {
        if case .array(let array) = self, array.indices.contains(index) { array[index] } else { nil }
    }

    /// The JSON name of the value's type, for messages: `null`, `boolean`, `number`, `string`, `array`, `object`.
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension JSON: CustomStringConvertible {
    /// The value as compact JSON text.
    public var description: String { text() }
}
