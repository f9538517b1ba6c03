/// A value of a DynamoDB attribute (Amazon DynamoDB API Reference, "AttributeValue").
///
/// Numbers stay the text that they are on the wire: DynamoDB holds 38 decimal digits, more than any type of Swift's.
enum AttributeValue: Sendable, Hashable {
    case string(String)
    /// A decimal number, as `1`, `-2.5` or `1e-07`.
    case number(String)
    case bool(Bool)
    case null
    case map([AttributeMember])
    case list([AttributeValue])
    case binary([UInt8])
    case strings([String])
    case numbers([String])
    case binaries([[UInt8]])
}

/// A member of a map. Names are compared by their bytes, unlike keys of Swift's dictionaries, to which the two spellings
/// of `ä` are one.
struct AttributeMember: Sendable, Hashable {
    let name: String
    let value: AttributeValue

    static func == (a: AttributeMember, b: AttributeMember) -> Bool {
        a.name.utf8.elementsEqual(b.name.utf8) && a.value == b.value
    }
}

/// The attributes of an item. Only the names that the contract and we give stand here, all of them ASCII.
typealias Item = [String: AttributeValue]

/// The key of the table of the existing deployment (cloud-protocol 4).
struct ItemKey: Sendable, Hashable {
    /// The partition: `Job`, `Consumer`, `User`, or one of our own.
    let type: String
    /// Sorts within the partition, by UTF-8 bytes.
    let id: String

    var item: Item { ["Type": .string(type), "Id": .string(id)] }
}

extension AttributeValue {
    var stringValue: String? { if case .string(let text) = self { text } else { nil } }
    var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// A number that is whole and fits.
    var intValue: Int? { if case .number(let text) = self { Int(text) } else { nil } }
    /// The strings of a list; nil when this is no list or holds something else.
    var stringList: [String]? {
        guard case .list(let values) = self else { return nil }
        let strings = values.compactMap(\.stringValue)
        return strings.count == values.count ? strings : nil
    }

    init(_ int: Int) { self = .number(String(int)) }
    init(_ strings: [String]) { self = .list(strings.map { .string($0) }) }

    /// Bytes that count towards DynamoDB's limits of 400 KB an item and 4 MB a transaction, a few too many rather than
    /// too few (Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats").
    var size: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .number(let text): min(text.utf8.count, 21) + 1
        case .bool, .null: 1
        case .map(let members): members.reduce(3) { $0 + $1.name.utf8.count + $1.value.size + 1 }
        case .list(let values): values.reduce(3) { $0 + $1.size + 1 }
        case .binary(let bytes): bytes.count
        case .strings(let texts): texts.reduce(0) { $0 + $1.utf8.count }
        case .numbers(let texts): texts.reduce(0) { $0 + min($1.utf8.count, 21) + 1 }
        case .binaries(let values): values.reduce(0) { $0 + $1.count }
        }
    }
}

extension Item {
    /// See ``AttributeValue/size``.
    var size: Int { reduce(0) { $0 + $1.key.utf8.count + $1.value.size } }
}
