import FOQUSModel
import HTTPServer

/// What the gateway answers to one method on one kind of path.
struct Route: Sendable {
    enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// Who may call, and what is called then.
    enum Handler: Sendable {
        /// Anybody; credentials are not looked at.
        case open(@Sendable (RouteContext) async throws -> HTTPResponse)
        /// Anybody, but credentials that are sent must be right.
        case welcoming(@Sendable (RouteContext, UserName?) async throws -> HTTPResponse)
        /// Only users.
        case signedIn(@Sendable (RouteContext, UserName) async throws -> HTTPResponse)
    }

    let method: Method
    let pattern: PathPattern
    let handler: Handler

    init(_ method: Method, _ pattern: PathPattern, _ handler: Handler) {
        self.method = method
        self.pattern = pattern
        self.handler = handler
    }
}
