import AWSClient
import AWSPeers
import CryptoTools
import FOQUSModel
import JSONKit
import StoreConformance
import Stores
import TestSupport
import Testing
import Threading

@testable import AWSStores

/// Civil time that the test moves, while pauses take their real time: nobody turns a clock for them.
final class MovedTime: TimeSource {
    private let offset = Locked(Timestamp(milliseconds: SystemTime().now().milliseconds))
    private let system = SystemTime()

    func now() -> Timestamp { offset.withLock { $0 } }
    func instant() -> Instant { system.instant() }
    func sleep(for duration: Duration) async throws { try await system.sleep(for: duration) }
    func advance(by duration: Duration) { offset.withLock { $0 = $0 + duration } }
}

/// The tables of the deployment, empty, on a peer.
struct DynamoFixture: Sendable {
    let peer: AWSPeer
    let service: AWSService
    let name = AWSPeer.unique("FOQUS_Resources")
    let time = MovedTime()
    let queue: WorkersQueue
    static let pool = BlockingPool(name: "dynamo-test", limit: 2)

    /// Makes a table as the deployment's template does (cloud-protocol 4).
    init(_ peer: AWSPeer) async throws {
        self.peer = peer
        service = peer.service("dynamodb")
        queue = WorkersQueue(time: time)
        _ = try await service.call(
            "DynamoDB_20120810.CreateTable",
            [
                "TableName": .string(name), "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [
                    ["AttributeName": "Type", "KeyType": "HASH"], ["AttributeName": "Id", "KeyType": "RANGE"],
                ],
                "AttributeDefinitions": [
                    ["AttributeName": "Type", "AttributeType": "S"], ["AttributeName": "Id", "AttributeType": "S"],
                ],
            ])
        queue.table.withLock { [jobs] in $0 = jobs }
    }

    var jobs: DynamoJobTable {
        DynamoJobTable(service: service, table: name, sender: QueueSender(queue), time: time)
    }

    var table: DynamoTable { DynamoTable(service: service, name: name, time: time, random: SystemRandom()) }

    /// Hashes cheaply.
    func users(_ plain: PlainPasswords) throws -> DynamoUserDirectory {
        let cost = try #require(ScryptCost(ln: 4, r: 1, p: 1))
        return DynamoUserDirectory(table, plain, cost, Self.pool)
    }

    func storeUnderTest() throws -> StoreUnderTest {
        let time = time
        return StoreUnderTest(
            queue: queue, jobs: jobs, users: try users(.refuse), time: time, advance: { time.advance(by: $0) },
            random: SystemRandom(), capabilities: [.strictOrder, .exactTimes], maxReceives: 5, scratch: "/nonexistent",
            reopen: { try self.storeUnderTest() })
    }
}
