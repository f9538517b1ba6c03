import AWSClient
import AWSPeers
import HTTPClient
import HTTPServer
import JSONKit
import Stores
import TestSupport
import Threading

/// A service on a socket of its own that answers as the test says, and keeps what it was asked.
final class FakeService: Sendable {
    /// A call as it came.
    struct Call: Sendable {
        /// `ReceiveMessage`.
        let operation: String
        /// Of a call in JSON; null of others.
        let body: JSON
        /// Of a call in the query protocol, decoded.
        let form: [String: String]
        let number: Int

        /// The members `name` of the entries of a batch.
        func entries(_ name: String) -> [String] {
            (body["Entries"]?.arrayValue ?? []).compactMap { $0[name]?.stringValue }
        }
    }

    enum Answer: Sendable {
        case json(JSON)
        case xml(String)
        /// An error in the form of the JSON protocol.
        case failure(Int, code: String, message: String)

        var response: HTTPResponse {
            switch self {
            case .json(let json):
                HTTPResponse(
                    status: 200, headers: ["Content-Type": "application/x-amz-json-1.0"], body: json.serialized())
            case .xml(let text):
                HTTPResponse(status: 200, headers: ["Content-Type": "text/xml"], body: Array(text.utf8))
            case .failure(let status, let code, let message):
                HTTPResponse(
                    status: status, headers: ["Content-Type": "application/x-amz-json-1.0"],
                    body: (["__type": .string("com.amazonaws.sqs#\(code)"), "message": .string(message)] as JSON)
                        .serialized())
            }
        }
    }

    typealias Handler = @Sendable @concurrent (Call) async -> Answer

    private let server: HTTPServer
    private let recorded: Locked<[Call]>
    let http = HTTPClient(loop: sharedEventLoop)

    private init(_ server: HTTPServer, _ recorded: Locked<[Call]>) {
        self.server = server
        self.recorded = recorded
    }

    static func with<Result>(
        _ handler: @escaping Handler, _ body: (FakeService) async throws -> Result
    ) async throws -> Result {
        let recorded = Locked<[Call]>([])
        let server = try HTTPServer.start { request in
            let call = recorded.withLock { calls -> Call in
                let call = Self.read(request, number: calls.count)
                calls.append(call)
                return call
            }
            return await handler(call).response
        }
        let fake = FakeService(server, recorded)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(fake)) } catch { result = .failure(error) }
        await fake.http.close()
        await server.stop(grace: .zero)
        return try result.get()
    }

    var calls: [Call] { recorded.withLock { $0 } }

    func calls(_ operation: String) -> [Call] { calls.filter { $0.operation == operation } }

    func service(_ name: String) -> AWSService {
        AWSService(
            name: name, region: "us-east-1", endpoint: "http://127.0.0.1:\(server.port)", http: http,
            credentials: StaticCredentials(
                AWSCredentials(accessKeyID: "AKIAFAKE", secretAccessKey: "secret", source: "test")),
            time: SystemTime())
    }

    private static func read(_ request: HTTPRequest, number: Int) -> Call {
        if let target = request.headers["X-Amz-Target"] {
            return Call(
                operation: target.split(separator: ".").last.map(String.init) ?? target,
                body: (try? JSON.parse(request.body)) ?? .null, form: [:], number: number)
        }
        // A form reads like a query.
        let text = "/?" + String(decoding: request.body, as: UTF8.self)
        let form = HTTPRequest(method: "POST", target: text)?.query ?? []
        let values = Dictionary(form.map { ($0.name, $0.value) }) { first, _ in first }
        return Call(operation: values["Action"] ?? "", body: .null, form: values, number: number)
    }
}
