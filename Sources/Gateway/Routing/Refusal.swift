import FOQUSModel
import HTTPServer
import JSONKit
import Stores

/// An answer other than 200, thrown by a route.
///
/// The body is a bare text, as the existing cloud's clients show it (cloud-protocol 1.1), unless the contract says JSON.
struct Refusal: Error {
    enum Body {
        case text(String)
        case json(JSON)
    }

    let status: Int
    let body: Body
    var headers: [(String, String)] = []

    init(_ status: Int, _ text: String, headers: [(String, String)] = []) {
        self.status = status
        body = .text(text)
        self.headers = headers
    }

    init(_ status: Int, json: JSON) {
        self.status = status
        body = .json(json)
    }

    var response: HTTPResponse {
        var response =
            switch body {
            case .text(let text): HTTPResponse(status: status, text: text)
            case .json(let json): HTTPResponse.json(json, status: status)
            }
        for (name, value) in headers { response.headers.add(name, value) }
        return response
    }
}

extension Refusal {
    static func badRequest(_ text: String) -> Refusal { Refusal(400, text) }

    static func notFound(_ text: String) -> Refusal { Refusal(404, text) }

    static func noSession(_ id: SessionID) -> Refusal {
        notFound("there is no session \(id); append jobs to it with POST /session/\(id) first")
    }

    static func noJob(_ id: JobID) -> Refusal { notFound("there is no job \(id)") }

    /// 401: who are you?
    static func unauthorized(_ reason: String) -> Refusal {
        Refusal(
            401, "Unauthorized: \(reason)",
            headers: [("WWW-Authenticate", "Basic realm=\"foqus\", charset=\"UTF-8\"")])
    }

    /// 403: the same for an unknown user and a wrong password.
    static let forbidden = Refusal(403, "Forbidden: unknown user or wrong password")

    static func busy(_ text: String, retryAfter seconds: Int) -> Refusal {
        Refusal(503, text, headers: [("Retry-After", "\(seconds)")])
    }

    static func methodNotAllowed(_ method: String, allowed: [Route.Method]) -> Refusal {
        var methods = allowed.map(\.rawValue)
        if allowed.contains(.get) { methods.append("HEAD") }
        let list = (methods + ["OPTIONS"]).joined(separator: ", ")
        return Refusal(405, "\(method) is not possible here, but \(list)", headers: [("Allow", list)])
    }

    /// What a store's failure is to a client; nil for failures that are the gateway's own.
    init?(_ error: StoreError) {
        switch error.code {
        case .unavailable, .missing, .throttled:
            self = .busy("the store cannot be reached now, try again: \(error.operation)", retryAfter: 5)
        case .full:
            self.init(507, "the store is full; nothing was changed: \(error.operation)")
        case .notFound, .conflict, .denied, .invalid, .corrupt: return nil
        }
    }
}
