/// A value of D-Bus with its type (D-Bus specification, "Type System"). File descriptors are left out: nothing here needs
/// them.
public indirect enum BusValue: Sendable, Hashable {
    case byte(UInt8)
    case bool(Bool)
    case int16(Int16)
    case uint16(UInt16)
    case int32(Int32)
    case uint32(UInt32)
    case int64(Int64)
    case uint64(UInt64)
    case double(Double)
    case string(String)
    case objectPath(String)
    case signature(String)
    /// - of: the signature of each element, which an empty array has too. Elements of `{…}` are entries.
    case array(of: String, [BusValue])
    case structure([BusValue])
    /// An element of a dictionary, which is an array of them. Stands nowhere else.
    case entry(BusValue, BusValue)
    case variant(BusValue)

    /// The type as D-Bus writes it: `as` for an array of strings.
    public var signature: String {
        switch self {
        case .byte: "y"
        case .bool: "b"
        case .int16: "n"
        case .uint16: "q"
        case .int32: "i"
        case .uint32: "u"
        case .int64: "x"
        case .uint64: "t"
        case .double: "d"
        case .string: "s"
        case .objectPath: "o"
        case .signature: "g"
        case .array(let element, _): "a" + element
        case .structure(let fields): "(" + fields.map(\.signature).joined() + ")"
        case .entry(let key, let value): "{" + key.signature + value.signature + "}"
        case .variant: "v"
        }
    }

    /// An array of strings, `as`.
    public static func strings(_ values: [String]) -> BusValue { .array(of: "s", values.map { .string($0) }) }

    /// `a(sv)`, as systemd takes the properties of a unit.
    public static func properties(_ values: [(name: String, value: BusValue)]) -> BusValue {
        .array(of: "(sv)", values.map { .structure([.string($0.name), .variant($0.value)]) })
    }
}

// Each is nil for a value of another type.
extension BusValue {
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// A string, an object path or a signature.
    public var stringValue: String? {
        switch self {
        case .string(let text), .objectPath(let text), .signature(let text): text
        default: nil
        }
    }

    /// A number that is not negative, of any integral type.
    public var unsignedValue: UInt64? {
        switch self {
        case .byte(let value): UInt64(value)
        case .uint16(let value): UInt64(value)
        case .uint32(let value): UInt64(value)
        case .uint64(let value): value
        case .int16(let value): UInt64(exactly: value)
        case .int32(let value): UInt64(exactly: value)
        case .int64(let value): UInt64(exactly: value)
        default: nil
        }
    }

    /// The elements of an array or the fields of a structure.
    public var elements: [BusValue]? {
        switch self {
        case .array(_, let elements), .structure(let elements): elements
        default: nil
        }
    }

    /// An array of strings or object paths.
    public var stringsValue: [String]? {
        guard case .array(_, let elements) = self else { return nil }
        let strings = elements.compactMap(\.stringValue)
        return strings.count == elements.count ? strings : nil
    }

    /// A dictionary with string keys; the values without their variants.
    public var dictionaryValue: [String: BusValue]? {
        guard case .array(_, let elements) = self else { return nil }
        var dictionary: [String: BusValue] = [:]
        for element in elements {
            guard case .entry(let key, let value) = element, let key = key.stringValue else { return nil }
            dictionary[key] = value.unwrapped
        }
        return dictionary
    }

    /// What a variant holds; any other value is itself.
    public var unwrapped: BusValue { if case .variant(let value) = self { value } else { self } }
}
