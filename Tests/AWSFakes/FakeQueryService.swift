public import HTTPServer
import Threading

/// A service that speaks the query protocol (STS, Auto Scaling), on a port of this machine. It keeps what it was asked and
/// answers as the test says; it does not check signatures.
public final class FakeQueryService: Sendable {
    public struct Call: Sendable {
        public let action: String
        /// Of the form, with `Action` and `Version`.
        public let parameters: [String: String]
        /// The field `Authorization`, nil for a call that is not signed.
        public let authorization: String?
        /// The field `X-Amz-Security-Token`.
        public let sessionToken: String?
    }

    private let server: HTTPServer
    private let received: Locked<[Call]>

    public var url: String { "http://127.0.0.1:\(server.port)" }

    public init(answer: @escaping @Sendable (Call) async -> HTTPResponse) throws {
        let received = Locked<[Call]>([])
        self.received = received
        server = try HTTPServer.start { request in
            guard request.method == "POST", request.path == "/",
                request.headers["content-type"]?.hasPrefix("application/x-www-form-urlencoded") == true,
                // A form's body has the grammar of a query.
                let form = HTTPRequest(
                    method: "POST", target: "/?" + String(decoding: request.body, as: UTF8.self))
            else { return HTTPResponse(status: 400, text: "no form") }
            let call = Call(
                action: form.queryValue("Action") ?? "",
                parameters: Dictionary(form.query.map { ($0.name, $0.value) }) { first, _ in first },
                authorization: request.headers["authorization"],
                sessionToken: request.headers["x-amz-security-token"])
            received.withLock { $0.append(call) }
            return await answer(call)
        }
    }

    public func stop() async { await server.stop(grace: .zero) }

    /// What came in, in its order.
    public var calls: [Call] { received.withLock { $0 } }

    /// An answer as the query protocol wraps it.
    public static func answer(_ action: String, _ result: String, namespace: String = "https://fake/doc/")
        -> HTTPResponse
    {
        HTTPResponse(
            status: 200, headers: ["Content-Type": "text/xml"],
            body: Array(
                """
                <\(action)Response xmlns="\(namespace)"><\(action)Result>\(result)</\(action)Result>
                <ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></\(action)Response>
                """.utf8))
    }

    public static func refusal(status: Int, code: String, message: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["Content-Type": "text/xml"],
            body: Array(
                """
                <ErrorResponse xmlns="https://fake/doc/"><Error><Type>Sender</Type><Code>\(code)</Code>
                <Message>\(message)</Message></Error><RequestId>request-2</RequestId></ErrorResponse>
                """.utf8))
    }
}
