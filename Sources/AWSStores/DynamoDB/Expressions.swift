import JSONKit

/// What must hold of an item for a write to happen.
indirect enum Condition: Sendable {
    case exists(String)
    case missing(String)
    case equals(String, AttributeValue)
    /// Numbers by value, strings by bytes.
    case atMost(String, AttributeValue)
    case atLeast(String, AttributeValue)
    case all([Condition])
    case any([Condition])

    /// The attribute is as it was seen.
    static func unchanged(_ name: String, in item: Item) -> Condition {
        item[name].map { .equals(name, $0) } ?? .missing(name)
    }

    /// There is no item of that key.
    static let isNew = Condition.missing("Id")
    static let isThere = Condition.exists("Id")
}

/// How an item changes.
struct ItemChange: Sendable {
    var set: [String: AttributeValue] = [:]
    /// Set where the item lacks it.
    var setIfMissing: [String: AttributeValue] = [:]
    var remove: Set<String> = []
    /// Added to a number, which is 0 where there is none.
    var add: [String: Int] = [:]

    var isEmpty: Bool { self.set.isEmpty && setIfMissing.isEmpty && remove.isEmpty && add.isEmpty }
    /// Bytes that the change can add to the item.
    var size: Int { self.set.size + setIfMissing.size }
}

/// Writes expressions. Every name has an alias (`#0`): DynamoDB reserves hundreds of words, among them `State`, `User`
/// and `TTL`; every value has a placeholder (`:0`).
struct ExpressionWriter {
    private var names: [String] = []
    private var values: [AttributeValue] = []

    mutating func name(_ name: String) -> String {
        let index =
            names.firstIndex(of: name)
            ?? {
                names.append(name)
                return names.count - 1
            }()
        return "#\(index)"
    }

    mutating func value(_ value: AttributeValue) -> String {
        values.append(value)
        return ":\(values.count - 1)"
    }

    mutating func condition(_ condition: Condition) -> String {
        switch condition {
        case .exists(let name): return "attribute_exists(\(self.name(name)))"
        case .missing(let name): return "attribute_not_exists(\(self.name(name)))"
        case .equals(let name, let value): return "\(self.name(name)) = \(self.value(value))"
        case .atMost(let name, let value): return "\(self.name(name)) <= \(self.value(value))"
        case .atLeast(let name, let value): return "\(self.name(name)) >= \(self.value(value))"
        case .all(let parts): return "(" + parts.map { self.condition($0) }.joined(separator: " AND ") + ")"
        case .any(let parts): return "(" + parts.map { self.condition($0) }.joined(separator: " OR ") + ")"
        }
    }

    mutating func change(_ change: ItemChange) -> String {
        var assignments: [String] = []
        for (name, value) in change.set.sorted(by: { $0.key < $1.key }) {
            assignments.append("\(self.name(name)) = \(self.value(value))")
        }
        for (name, value) in change.setIfMissing.sorted(by: { $0.key < $1.key }) {
            let alias = self.name(name)
            assignments.append("\(alias) = if_not_exists(\(alias), \(self.value(value)))")
        }
        var clauses: [String] = []
        if !assignments.isEmpty { clauses.append("SET " + assignments.joined(separator: ", ")) }
        if !change.remove.isEmpty {
            clauses.append("REMOVE " + change.remove.sorted().map { self.name($0) }.joined(separator: ", "))
        }
        if !change.add.isEmpty {
            clauses.append(
                "ADD "
                    + change.add.sorted { $0.key < $1.key }.map {
                        "\(self.name($0.key)) \(self.value(.init($0.value)))"
                    }
                    .joined(separator: ", "))
        }
        return clauses.joined(separator: " ")
    }

    mutating func projection(_ names: [String]) -> String { names.map { self.name($0) }.joined(separator: ", ") }

    /// Puts names and values into a call. Empty maps are refused by DynamoDB.
    func finish(_ call: inout JSONObject) {
        if !names.isEmpty {
            call["ExpressionAttributeNames"] = .object(
                JSONObject(names.enumerated().map { ("#\($0.offset)", .string($0.element)) }))
        }
        if !values.isEmpty {
            call["ExpressionAttributeValues"] = .object(
                JSONObject(values.enumerated().map { (":\($0.offset)", $0.element.wire) }))
        }
    }
}
