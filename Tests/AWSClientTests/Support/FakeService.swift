import AWSClient
import EventLoop
import FOQUSModel
import HTTPClient
import HTTPServer
import Stores
import TestSupport
import Threading

/// A service that answers as the test says, on a real socket, and remembers what it was asked.
final class FakeService: Sendable {
    private struct State {
        var answers: [HTTPResponse]
        var requests: [HTTPRequest] = []
        var attempts: [AWSAttempt] = []
    }

    static let identity = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", source: "test")

    let client: AWSService
    let time: any TimeSource
    private let state: Locked<State>

    private init(_ client: AWSService, _ time: any TimeSource, _ state: Locked<State>) {
        self.client = client
        self.time = time
        self.state = state
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }
    var attempts: [AWSAttempt] { state.withLock { $0.attempts } }

    /// What it answers from now on, one after the other; the last one for ever.
    func answer(_ answers: HTTPResponse...) { state.withLock { $0.answers = answers } }

    static func with(
        _ name: String = "sqs", answers: [HTTPResponse] = [HTTPResponse(status: 200)],
        time: any TimeSource = TestTime(),
        chance: Double = 0.5, retry: RetryPolicy = RetryPolicy(),
        credentials: any CredentialProvider = StaticCredentials(FakeService.identity),
        check: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil,
        _ body: (FakeService) async throws -> Void
    ) async throws {
        let state = Locked(State(answers: answers))
        let server = try HTTPServer.start { request in
            let next = state.withLock { state in
                state.requests.append(request)
                return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
            }
            return check?(request) ?? next
        }
        let http = HTTPClient(loop: sharedEventLoop)
        let client = AWSService(
            name: name, region: "eu-west-1", endpoint: "http://127.0.0.1:\(server.port)", http: http,
            credentials: credentials, time: time, random: FixedRandom(chance: chance), retry: retry,
            onAttempt: { attempt in state.withLock { $0.attempts.append(attempt) } })
        let outcome: Result<Void, any Error>
        do {
            try await body(FakeService(client, time, state))
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await http.close()
        await server.stop(grace: .zero)
        try outcome.get()
    }
}

extension HTTPResponse {
    /// An error as SQS and DynamoDB send them.
    static func jsonError(_ status: Int, _ code: String, _ headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: headers,
            body: Array(#"{"__type":"com.amazonaws.test#\#(code)","message":"it is so"}"#.utf8))
    }

    static func xml(_ status: Int, _ text: String, _ headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Array(text.utf8))
    }
}

/// The error of a call that fails.
func failure<Value>(_ body: () async throws(AWSError) -> Value) async -> AWSError? {
    do throws(AWSError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
