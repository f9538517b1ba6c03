import AWSClient
import FOQUSModel
import JSONKit
import Stores
import Threading

/// One table. Every method takes what it is done for, as `append 3 jobs`, which names it in errors.
struct DynamoTable: Sendable {
    let service: AWSService
    let name: String
    let time: any TimeSource
    let random: any RandomSource
    private let permissions = Permissions()

    init(service: AWSService, name: String, time: any TimeSource, random: any RandomSource) {
        self.service = service
        self.name = name
        self.time = time
        self.random = random
    }

    /// How often a call is made again that DynamoDB carried out in part or not at all, for want of capacity or because of
    /// another transaction. `AWSService` retries what failed as a whole besides.
    static let attempts = 10

    /// The item; nil when there is none.
    ///
    /// - Parameter isConsistent: sees every write that was answered before, at twice the price.
    func get(
        _ key: ItemKey, isConsistent: Bool = true, attributes: [String]? = nil, for operation: String
    ) async throws(StoreError) -> Item? {
        var call: JSONObject = [
            "TableName": .string(name), "Key": key.item.wire, "ConsistentRead": .bool(isConsistent),
        ]
        var expressions = ExpressionWriter()
        if let attributes { call["ProjectionExpression"] = .string(expressions.projection(attributes)) }
        expressions.finish(&call)
        let answer = try await self.call("GetItem", call, operation)
        guard let found = answer["Item"] else { return nil }
        return try item(found, operation)
    }

    /// Whether this identity may call BatchGetItem, as far as is known. Roles of the existing deployment were made for
    /// workers that only call GetItem.
    var readsBatches: Bool {
        get { permissions.readsBatches.withLock { $0 } }
        nonmutating set { permissions.readsBatches.withLock { $0 = newValue } }
    }

    private final class Permissions: Sendable {
        let readsBatches = Locked(true)
    }

    /// Writes the whole item. False when the condition does not hold.
    func put(_ item: Item, if condition: Condition? = nil, for operation: String) async throws(StoreError) -> Bool {
        var call: JSONObject = ["TableName": .string(name), "Item": item.wire]
        add(condition, to: &call)
        return try await write("PutItem", call, operation) != nil
    }

    /// Changes an item, or makes it. Returns its attributes that changed, as they are now; nil when the condition does
    /// not hold.
    func update(
        _ key: ItemKey, _ change: ItemChange, if condition: Condition? = nil, for operation: String
    ) async throws(StoreError) -> Item? {
        var call: JSONObject = [
            "TableName": .string(name), "Key": key.item.wire, "ReturnValues": "UPDATED_NEW",
        ]
        add(change, condition, to: &call)
        guard let answer = try await write("UpdateItem", call, operation) else { return nil }
        return try answer["Attributes"].map { wire throws(StoreError) in try item(wire, operation) } ?? [:]
    }

    /// Removes the item. False when the condition does not hold; removing what is not there is no error.
    func delete(_ key: ItemKey, if condition: Condition? = nil, for operation: String) async throws(StoreError) -> Bool
    {
        var call: JSONObject = ["TableName": .string(name), "Key": key.item.wire]
        add(condition, to: &call)
        return try await write("DeleteItem", call, operation) != nil
    }

    // MARK: what the calls share

    func add(_ condition: Condition?, to call: inout JSONObject) {
        guard let condition else { return }
        var expressions = ExpressionWriter()
        call["ConditionExpression"] = .string(expressions.condition(condition))
        expressions.finish(&call)
    }

    func add(_ change: ItemChange, _ condition: Condition?, to call: inout JSONObject) {
        var expressions = ExpressionWriter()
        call["UpdateExpression"] = .string(expressions.change(change))
        if let condition { call["ConditionExpression"] = .string(expressions.condition(condition)) }
        expressions.finish(&call)
    }

    func item(_ wire: JSON, _ operation: String) throws(StoreError) -> Item {
        guard let item = Item(wire: wire) else {
            throw StoreError(.corrupt, operation, "the answer of table \(name) holds an item of an unknown form")
        }
        return item
    }

    func call(_ action: String, _ body: JSONObject, _ operation: String) async throws(StoreError) -> JSON {
        do throws(AWSError) {
            return try await service.call("DynamoDB_20120810.\(action)", .object(body))
        } catch {
            throw StoreError(error, operation)
        }
    }

    /// Writes one item; nil when the condition does not hold. Waits for transactions that hold the item.
    private func write(
        _ action: String, _ body: JSONObject, _ operation: String
    ) async throws(StoreError) -> JSON? {
        for attempt in 0... {
            let failure: AWSError
            do throws(AWSError) {
                return try await service.call("DynamoDB_20120810.\(action)", .object(body))
            } catch {
                failure = error
            }
            if failure.code == "ConditionalCheckFailedException" { return nil }
            guard failure.code == "TransactionConflictException", attempt < Self.attempts else {
                throw StoreError(failure, operation)
            }
            try await pause(attempt, operation)
        }
        return nil
    }

    /// Up to 25 ms at first, doubled each time up to a second (AWS Architecture Blog, "Exponential backoff and jitter").
    func pause(_ attempt: Int, _ operation: String) async throws(StoreError) {
        let limit = min(1000, 25 << min(attempt, 6))
        do {
            try await time.sleep(for: .milliseconds(Int64(random.fraction() * Double(limit)) + 1))
        } catch {
            throw StoreError(.unavailable, operation, "it was cancelled", underlying: error)
        }
    }
}
