import AWSClient
import CryptoTools
import JSONKit
import Stores

/// One write of a transaction.
enum TransactionStep: Sendable {
    case put(Item, if: Condition?)
    case update(ItemKey, ItemChange, if: Condition?)
    case delete(ItemKey, if: Condition?)

    /// Bytes it can put into the table.
    var size: Int {
        switch self {
        case .put(let item, _): item.size
        case .update(_, let change, _): change.size
        case .delete: 0
        }
    }
}

extension DynamoTable {
    /// Steps of one TransactWriteItems (Amazon DynamoDB API Reference).
    static let transactionLimit = 100
    /// Bytes of one. DynamoDB takes 4 MB, in which the wire form of a list of numbers is twice its size.
    static let transactionSize = 3 << 19

    /// All of the steps or none. False when a condition does not hold: nothing is changed then.
    ///
    /// A transaction that was carried out although its answer was lost is not carried out again by the repetition: it
    /// carries a token for that.
    func transact(_ steps: [TransactionStep], for operation: String) async throws(StoreError) -> Bool {
        let body: JSONObject = [
            "TransactItems": .array(steps.map(wire)),
            "ClientRequestToken": .string(UUIDv4.string(from: random.bytes(16))),
        ]
        for attempt in 0... {
            let failure: AWSError
            do throws(AWSError) {
                _ = try await service.call("DynamoDB_20120810.TransactWriteItems", .object(body))
                return true
            } catch {
                failure = error
            }
            switch Self.reason(of: failure) {
            case .condition: return false
            case .contention where attempt < Self.attempts: try await pause(attempt, operation)
            case .contention, .other: throw StoreError(failure, operation)
            }
        }
        return false
    }

    private enum Reason {
        case condition
        case contention
        case other
    }

    /// DynamoDB gives one reason a step, in `CancellationReasons` and in words: `… reasons [None, ConditionalCheckFailed]`.
    private static func reason(of failure: AWSError) -> Reason {
        switch failure.code {
        case "TransactionInProgressException", "TransactionConflictException": return .contention
        case "ConditionalCheckFailedException": return .condition
        case "TransactionCanceledException": break
        default: return .other
        }
        let listed = failure.details?["CancellationReasons"]?.arrayValue?.compactMap { $0["Code"]?.stringValue } ?? []
        func isGiven(_ reason: String) -> Bool {
            listed.isEmpty ? failure.message.contains(reason) : listed.contains(reason)
        }
        if isGiven("ConditionalCheckFailed") { return .condition }
        let passing = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
        return passing.contains(where: isGiven) ? .contention : .other
    }

    private func wire(_ step: TransactionStep) -> JSON {
        var call: JSONObject = ["TableName": .string(name)]
        switch step {
        case .put(let item, let condition):
            call["Item"] = item.wire
            add(condition, to: &call)
            return .object(["Put": .object(call)])
        case .update(let key, let change, let condition):
            call["Key"] = key.item.wire
            add(change, condition, to: &call)
            return .object(["Update": .object(call)])
        case .delete(let key, let condition):
            call["Key"] = key.item.wire
            add(condition, to: &call)
            return .object(["Delete": .object(call)])
        }
    }
}
