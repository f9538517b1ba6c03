import JSONKit
import Stores

extension DynamoTable {
    /// Keys of one BatchGetItem (Amazon DynamoDB API Reference).
    static let getLimit = 100
    /// Requests of one BatchWriteItem.
    static let writeLimit = 25
    /// Calls of one operation at a time.
    static let parallelCalls = 8

    /// The items that are there, in any order. Keys may repeat. Asks one by one where batches are not permitted.
    func get(
        _ keys: [ItemKey], isConsistent: Bool = true, attributes: [String]? = nil, for operation: String
    ) async throws(StoreError) -> [Item] {
        var seen: Set<ItemKey> = []
        let unique = keys.filter { seen.insert($0).inserted }
        var isDenied = false
        if unique.count > 1, readsBatches {
            do throws(StoreError) {
                return try await inParallel(unique.parts(of: Self.getLimit), limit: Self.parallelCalls) {
                    part throws(StoreError) in try await getPart(part, isConsistent, attributes, operation)
                }.flatMap { $0 }
            } catch {
                if error.code != .denied { throw error }
                isDenied = true
            }
        }
        let items = try await inParallel(unique, limit: Self.parallelCalls) { key throws(StoreError) in
            try await [get(key, isConsistent: isConsistent, attributes: attributes, for: operation)]
        }.flatMap { $0.compactMap { $0 } }
        // Only batches are denied, not all of the table.
        if isDenied { readsBatches = false }
        return items
    }

    private func getPart(
        _ keys: [ItemKey], _ isConsistent: Bool, _ attributes: [String]?, _ operation: String
    ) async throws(StoreError) -> [Item] {
        var request: JSONObject = [
            "Keys": .array(keys.map(\.item.wire)), "ConsistentRead": .bool(isConsistent),
        ]
        var expressions = ExpressionWriter()
        if let attributes { request["ProjectionExpression"] = .string(expressions.projection(attributes)) }
        expressions.finish(&request)
        var items: [Item] = []
        for attempt in 0... {
            let answer = try await call(
                "BatchGetItem", ["RequestItems": .object([name: .object(request)])], operation)
            // Without its members an answer says of no item that it is not there.
            guard answer["Responses"]?.objectValue != nil else {
                throw StoreError(.unavailable, operation, "the answer of table \(name) has no responses")
            }
            let found = answer["Responses"]?[name]?.arrayValue ?? []
            for wire in found { items.append(try item(wire, operation)) }
            // An answer ends at 16 MB, or earlier for want of capacity.
            guard let rest = answer["UnprocessedKeys"]?[name]?["Keys"]?.arrayValue, !rest.isEmpty else { break }
            request["Keys"] = .array(rest)
            if found.isEmpty {
                try checkPatience(attempt, operation)
                try await pause(attempt, operation)
            }
        }
        return items
    }

    /// Writes and removes items, each of them for itself and without condition. No key may occur twice.
    func write(put items: [Item] = [], delete keys: [ItemKey] = [], for operation: String) async throws(StoreError) {
        let requests =
            items.map { JSON.object(["PutRequest": .object(["Item": $0.wire])]) }
            + keys.map { JSON.object(["DeleteRequest": .object(["Key": $0.item.wire])]) }
        _ = try await inParallel(requests.parts(of: Self.writeLimit), limit: Self.parallelCalls) {
            part throws(StoreError) in try await writePart(part, operation)
        }
    }

    private func writePart(_ requests: [JSON], _ operation: String) async throws(StoreError) {
        var requests = requests
        for attempt in 0... {
            let answer = try await call(
                "BatchWriteItem", ["RequestItems": .object([name: .array(requests)])], operation)
            guard let rest = answer["UnprocessedItems"]?[name]?.arrayValue, !rest.isEmpty else { return }
            requests = rest
            try checkPatience(attempt, operation)
            try await pause(attempt, operation)
        }
    }

    private func checkPatience(_ attempt: Int, _ operation: String) throws(StoreError) {
        guard attempt >= Self.attempts else { return }
        throw StoreError(
            .throttled, operation, "table \(name) leaves requests undone again and again; give it more capacity")
    }
}

extension Array {
    /// The elements in order, `count` at a time.
    func parts(of count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}

/// Runs `body` on each element, at most `limit` at a time, and returns the results in the order of the elements. After
/// a failure no more are begun.
func inParallel<Element: Sendable, Value: Sendable>(
    _ elements: [Element], limit: Int, _ body: @escaping @Sendable (Element) async throws(StoreError) -> Value
) async throws(StoreError) -> [Value] {
    typealias Outcome = (index: Int, result: Result<Value, StoreError>)
    @Sendable func run(_ index: Int) async -> Outcome {
        do throws(StoreError) {
            let value = try await body(elements[index])
            return (index, .success(value))
        } catch {
            return (index, .failure(error))
        }
    }
    let results: Result<[Value?], StoreError> = await withTaskGroup(of: Outcome.self) { group in
        var results: [Value?] = Array(repeating: nil, count: elements.count)
        var failure: StoreError?
        var next = 0
        while next < min(limit, elements.count) {
            let index = next
            group.addTask { await run(index) }
            next += 1
        }
        while let outcome = await group.next() {
            switch outcome.result {
            case .success(let value): results[outcome.index] = value
            case .failure(let error): failure = failure ?? error
            }
            if failure == nil, next < elements.count {
                let index = next
                group.addTask { await run(index) }
                next += 1
            }
        }
        return failure.map { .failure($0) } ?? .success(results)
    }
    return try results.get().compactMap { $0 }
}
