import HTTPServer
import JSONKit
import Stores
import Testing

@testable import AWSStores

/// What a server does that no peer does when asked.
struct DynamoTableTests {
    private static let key = ItemKey(type: "Job", id: "1")

    private static func item(_ id: Int) -> Item { ["Type": "Job", "Id": .string("\(id)")] }

    @Test func failedConditionsAreNoErrors() async throws {
        try await FakeDynamo.with { _, _ in
            FakeDynamo.error("ConditionalCheckFailedException")
        } _: { table, fake in
            #expect(try await table.put(Self.item(1), if: .isNew, for: "test") == false)
            #expect(try await table.delete(Self.key, if: .isThere, for: "test") == false)
            let changed = try await table.update(
                Self.key, ItemChange(set: ["State": "stop"], remove: ["x"], add: ["n": 2]),
                if: .all([.isThere, .equals("State", "create")]), for: "test")
            #expect(changed == nil)
            #expect(fake.calls.map(\.action) == ["PutItem", "DeleteItem", "UpdateItem"])
            let update = fake.calls[2].body
            #expect(update["UpdateExpression"] == "SET #0 = :0 REMOVE #1 ADD #2 :1")
            #expect(update["ConditionExpression"] == "(attribute_exists(#3) AND #0 = :2)")
            #expect(update["ExpressionAttributeNames"] == ["#0": "State", "#1": "x", "#2": "n", "#3": "Id"])
            #expect(
                update["ExpressionAttributeValues"] == [":0": ["S": "stop"], ":1": ["N": "2"], ":2": ["S": "create"]])
        }
    }

    @Test func writesWaitForATransaction() async throws {
        try await FakeDynamo.with { number, _ in
            number < 2 ? FakeDynamo.error("TransactionConflictException") : FakeDynamo.answer([:])
        } _: { table, fake in
            let isDone = try await table.put(Self.item(1), for: "test")
            #expect(isDone)
            #expect(fake.calls.count == 3)
        }
    }

    @Test(arguments: [
        ("Transaction cancelled … reasons [None, ConditionalCheckFailed]", 1, false),
        ("Transaction cancelled … reasons [TransactionConflict, None]", 3, true),
        ("Transaction cancelled … reasons [None, ThrottlingError]", 3, true),
    ])
    func aTransactionIsRefusedOrTriedAgain(message: String, calls: Int, outcome: Bool) async throws {
        try await FakeDynamo.with { number, _ in
            number < 2 ? FakeDynamo.error("TransactionCanceledException", message) : FakeDynamo.answer([:])
        } _: { table, fake in
            let done = try await table.transact(
                [.put(Self.item(1), if: .isNew), .delete(Self.key, if: nil)], for: "test")
            #expect(done == outcome)
            #expect(fake.calls.count == calls)
            let tokens = Set(fake.calls.compactMap { $0.body["ClientRequestToken"]?.stringValue })
            #expect(tokens.count == 1, "a repetition is not known as one")
        }
    }

    @Test func anInvalidTransactionIsAnError() async throws {
        try await FakeDynamo.with { _, _ in
            FakeDynamo.error("TransactionCanceledException", "… reasons [ValidationError]")
        } _: { table, _ in
            let error = await #expect(throws: StoreError.self) {
                try await table.transact([.delete(Self.key, if: nil)], for: "test the table")
            }
            #expect(error?.code == .invalid)
            #expect(error?.operation == "test the table")
        }
    }

    @Test func keysLeftUndoneAreAskedForAgain() async throws {
        // 100 a call; of each call the server does 30, and now and then none.
        try await FakeDynamo.with { number, call in
            let request = call.body["RequestItems"]?["T"]
            let keys = request?["Keys"]?.arrayValue ?? []
            let done = number % 3 == 2 ? 0 : min(30, keys.count)
            var rest = request?.objectValue ?? [:]
            rest["Keys"] = .array(Array(keys.dropFirst(done)))
            return FakeDynamo.answer([
                "Responses": ["T": .array(Array(keys.prefix(done)))],
                "UnprocessedKeys": keys.count > done ? ["T": .object(rest)] : [:],
            ])
        } _: { table, fake in
            let keys = (0..<130).map { ItemKey(type: "Job", id: "\($0)") }
            let items = try await table.get(keys + keys, attributes: ["Id", "State"], for: "test")
            #expect(Set(items.compactMap { $0["Id"]?.stringValue }).count == 130)
            #expect(items.count == 130)
            for call in fake.calls {
                let request = try #require(call.body["RequestItems"]?["T"])
                #expect((request["Keys"]?.arrayValue?.count ?? 0) <= 100)
                #expect(request["ProjectionExpression"] == "#0, #1")
                #expect(request["ExpressionAttributeNames"] == ["#0": "Id", "#1": "State"])
            }
        }
    }

    @Test func withoutPermissionForBatchesItemsAreReadOneByOne() async throws {
        try await FakeDynamo.with { _, call in
            guard call.action == "GetItem" else { return FakeDynamo.error("AccessDeniedException") }
            let key = call.body["Key"] ?? .null
            return FakeDynamo.answer(key["Id"] == ["S": "2"] ? [:] : ["Item": key])
        } _: { table, fake in
            let keys = (0..<4).map { ItemKey(type: "Job", id: "\($0)") }
            for _ in 0..<2 {
                let items = try await table.get(keys, for: "test")
                #expect(items.compactMap { $0["Id"]?.stringValue }.sorted() == ["0", "1", "3"])
            }
            #expect(fake.calls.map(\.action) == ["BatchGetItem"] + Array(repeating: "GetItem", count: 8))
        }
    }

    @Test func itemsLeftUndoneAreWrittenAgain() async throws {
        try await FakeDynamo.with { number, call in
            let requests = call.body["RequestItems"]?["T"]?.arrayValue ?? []
            let rest = Array(requests.dropFirst(number % 2 == 0 ? 10 : 25))
            return FakeDynamo.answer(["UnprocessedItems": rest.isEmpty ? [:] : ["T": .array(rest)]])
        } _: { table, fake in
            try await table.write(put: (0..<40).map(Self.item), delete: [ItemKey(type: "Job", id: "gone")], for: "test")
            var seen: Set<String> = []
            for call in fake.calls {
                let requests = call.body["RequestItems"]?["T"]?.arrayValue ?? []
                #expect(requests.count <= 25)
                for request in requests {
                    let key = request["PutRequest"]?["Item"] ?? request["DeleteRequest"]?["Key"]
                    if let id = key?["Id"]?["S"]?.stringValue { seen.insert(id) }
                }
            }
            #expect(seen.count == 41)
        }
    }

    @Test func aTableThatDoesNothingIsGivenUp() async throws {
        try await FakeDynamo.with { _, call in
            FakeDynamo.answer(["UnprocessedItems": call.body["RequestItems"] ?? [:]])
        } _: { table, fake in
            let error = await #expect(throws: StoreError.self) {
                try await table.write(put: [Self.item(1)], for: "test")
            }
            #expect(error?.code == .throttled)
            #expect(fake.calls.count == DynamoTable.attempts + 1)
        }
    }

    @Test func queriesGoOnToTheLastPageAndNoFurther() async throws {
        try await FakeDynamo.with { _, call in
            let start = call.body["ExclusiveStartKey"]?["Id"]?["S"]?.stringValue.flatMap { Int($0) } ?? 0
            let count = min(7, call.body["Limit"]?.intValue ?? 7)
            // A page may be empty and still not be the last.
            let items = start == 7 ? [] : (start..<(start + count)).map { Self.item($0).wire }
            var answer: JSONObject = ["Items": .array(items)]
            if start < 14 { answer["LastEvaluatedKey"] = Self.item(start + 7).wire }
            return FakeDynamo.answer(.object(answer))
        } _: { table, fake in
            let all = try await table.query(
                ItemQuery(type: "Job", range: .prefix("a"), isDescending: true, isConsistent: false), for: "test")
            #expect(all.count == 14)
            #expect(fake.calls.count == 3)
            #expect(fake.calls[0].body["KeyConditionExpression"] == "#0 = :0 AND begins_with(#1, :1)")
            #expect(fake.calls[0].body["ScanIndexForward"] == false)
            #expect(fake.calls[0].body["ConsistentRead"] == false)
            let few = try await table.query(
                ItemQuery(type: "Job", range: .between("a", "b"), limit: 9), for: "test")
            #expect(few.count == 9)
            #expect(fake.calls.dropFirst(3).map { $0.body["Limit"]?.intValue } == [9, 2, 2])
        }
    }

    @Test func anItemOfAnotherFormIsCorrupt() async throws {
        try await FakeDynamo.with { _, _ in
            FakeDynamo.answer(["Item": ["Id": ["S": 5]]])
        } _: { table, _ in
            let error = await #expect(throws: StoreError.self) { try await table.get(Self.key, for: "read") }
            #expect(error?.code == .corrupt)
        }
    }

    @Test func aMissingTableIsNotFound() async throws {
        try await FakeDynamo.with { _, _ in
            FakeDynamo.error("ResourceNotFoundException", "no such table")
        } _: {
            table, _ in
            let error = await #expect(throws: StoreError.self) { try await table.get(Self.key, for: "read") }
            #expect(error?.code == .missing)
        }
    }

    @Test func throttledCallsAreMadeAgain() async throws {
        try await FakeDynamo.with { number, _ in
            number == 0
                ? FakeDynamo.error("ProvisionedThroughputExceededException")
                : FakeDynamo.answer(["Item": Self.item(1).wire])
        } _: { table, fake in
            let found = try await table.get(Self.key, for: "read")
            #expect(found == Self.item(1))
            #expect(fake.calls.count == 2)
        }
    }
}

extension AttributeValue: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
}
