import AWSClient
import AWSPeers
import HTTPServer
import JSONKit
import Stores
import TestSupport
import Threading

@testable import AWSStores

/// A server that answers as it is told and keeps what it was asked.
final class FakeDynamo: Sendable {
    struct Call: Sendable {
        let action: String
        let body: JSON
    }

    private let received = Locked<[Call]>([])
    var calls: [Call] { received.withLock { $0 } }

    /// An error as DynamoDB words it.
    static func error(_ code: String, _ message: String = "a message", status: Int = 400) -> HTTPResponse {
        let body: JSON = ["__type": .string("com.amazonaws.dynamodb.v20120810#\(code)"), "message": .string(message)]
        return HTTPResponse(
            status: status, headers: ["Content-Type": "application/x-amz-json-1.0"], body: body.serialized())
    }

    static func answer(_ body: JSON) -> HTTPResponse {
        HTTPResponse(status: 200, headers: ["Content-Type": "application/x-amz-json-1.0"], body: body.serialized())
    }

    /// Runs `body` with a table whose calls `answer` answers; it is told the number of the call, from 0.
    static func with(
        _ answer: @escaping @Sendable (Int, Call) -> HTTPResponse,
        _ body: (DynamoTable, FakeDynamo) async throws -> Void
    ) async throws {
        let fake = FakeDynamo()
        let server = try HTTPServer.start { request in
            guard let target = request.headers["x-amz-target"], let json = try? JSON.parse(request.body),
                let action = target.split(separator: ".").last
            else { return HTTPResponse(status: 400) }
            let call = Call(action: String(action), body: json)
            let number = fake.received.withLock { calls in
                calls.append(call)
                return calls.count - 1
            }
            return answer(number, call)
        }
        let service = AWSService(
            name: "dynamodb", region: "eu-west-1", endpoint: "http://127.0.0.1:\(server.port)", http: AWSPeer.http,
            credentials: StaticCredentials(AWSCredentials(accessKeyID: "id", secretAccessKey: "key", source: "test")),
            time: SystemTime())
        let table = DynamoTable(service: service, name: "T", time: SystemTime(), random: SystemRandom())
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(table, fake)) } catch { outcome = .failure(error) }
        await server.stop(grace: .zero)
        try outcome.get()
    }
}
