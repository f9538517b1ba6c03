import AWSClient
import AWSPeers
import HTTPClient
import HTTPServer
import JSONKit
import Stores
import TestSupport
import Threading

/// Stands before a peer, keeps what goes through and loses answers.
final class Recorder: Sendable {
    typealias Call = (action: String, body: JSON)

    private let calls = Locked<[Call]>([])
    private let bodies = Locked<Set<[UInt8]>>([])

    /// The calls since the last look.
    func take() -> [Call] {
        calls.withLock { calls in
            defer { calls = [] }
            return calls
        }
    }

    /// - Parameter period: the answer of each call of so many is lost: the peer has carried it out. That of a repetition
    ///   never is.
    static func with(
        _ peer: AWSPeer, losingEach period: Int = .max,
        _ body: (Recorder, AWSService) async throws -> Void
    ) async throws {
        let recorder = Recorder()
        let server = try HTTPServer.start { request in
            let target = request.headers["x-amz-target"] ?? ""
            let number = recorder.calls.withLock { calls in
                calls.append(
                    (String(target.split(separator: ".").last ?? ""), (try? JSON.parse(request.body)) ?? .null))
                return calls.count - 1
            }
            let isFirst = recorder.bodies.withLock { $0.insert(request.body).inserted }
            // All that is signed, the host too.
            let headers = request.headers.fields.filter {
                !["content-length", "connection", "accept", "expect"].contains($0.name.lowercased())
            }
            let answer = try? await AWSPeer.http.send(
                ClientRequest(method: "POST", url: peer.endpoint + "/", headers: headers, body: request.body))
            guard let answer, !(isFirst && (number + 1) % period == 0) else {
                return FakeDynamo.error("InternalServerError", status: 500)
            }
            return HTTPResponse(status: answer.status, body: answer.body)
        }
        let service = AWSService(
            name: "dynamodb", region: peer.region, endpoint: "http://127.0.0.1:\(server.port)", http: AWSPeer.http,
            credentials: StaticCredentials(peer.credentials), time: SystemTime())
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(recorder, service)) } catch { outcome = .failure(error) }
        await server.stop(grace: .zero)
        try outcome.get()
    }
}
