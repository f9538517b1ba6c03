import JSONKit

/// JSON in the making: values put where their paths say.
struct InputTree {
    private indirect enum Node {
        case value(JSON)
        case object([(key: String, node: Node)])
        /// By index, in any order.
        case list([Int: Node])
    }

    private var root = Node.object([])

    /// Puts a value to a path at which there is none yet.
    mutating func insert(_ value: JSON, at path: ValuePath) throws(ValueRefusal) {
        root = try Self.inserting(value, path.steps[...], into: root)
    }

    private static func inserting(
        _ value: JSON, _ steps: ArraySlice<JSONLocator.Step>, into node: Node?
    ) throws(ValueRefusal) -> Node {
        guard let step = steps.first else {
            guard node == nil else { throw ValueRefusal(reason: "another variable has the same path, or one below it") }
            return .value(value)
        }
        switch (step, node) {
        case (.key, nil): return try inserting(value, steps, into: .object([]))
        case (.index, nil): return try inserting(value, steps, into: .list([:]))
        case (.key(let key), .object(var members)):
            let index = members.firstIndex { $0.key == key }
            let inner = try inserting(value, steps.dropFirst(), into: index.map { members[$0].node })
            if let index { members[index].node = inner } else { members.append((key, inner)) }
            return .object(members)
        case (.index(let index), .list(var elements)):
            elements[index] = try inserting(value, steps.dropFirst(), into: elements[index])
            return .list(elements)
        case (_, .value): throw ValueRefusal(reason: "another variable has a path that this one begins with")
        case (.key, .list), (.index, .object):
            throw ValueRefusal(reason: "its path has a key where that of another variable has an index")
        }
    }

    /// The whole.
    /// - Throws: when a list lacks an element.
    func json() throws(ValueRefusal) -> JSON { try Self.json(root) }

    private static func json(_ node: Node) throws(ValueRefusal) -> JSON {
        switch node {
        case .value(let value): return value
        case .object(let members):
            var object = JSONObject()
            for (key, node) in members { object[key] = try json(node) }
            return .object(object)
        case .list(let elements):
            var list: [JSON] = []
            for index in 0..<elements.count {
                guard let node = elements[index] else {
                    throw ValueRefusal(
                        reason: "of a list only some elements have a path: number \(index) is missing, counted from 0")
                }
                list.append(try json(node))
            }
            return .array(list)
        }
    }
}
