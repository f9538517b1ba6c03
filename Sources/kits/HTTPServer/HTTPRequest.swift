/// A request, complete with its body.
public struct HTTPRequest: Sendable {
    /// In the case it came in, as `GET`. `HEAD` comes as such: answer it like `GET`, the body stays away by itself.
    public var method: String
    /// The path as it came, still percent-encoded, without query; begins with `/` (or is `*`).
    public var path: String
    /// The path's segments, percent-decoded one by one: `/a%2Fb/c` gives `["a/b", "c"]`, `/` gives `[]`, and a trailing
    /// slash an empty last segment.
    public var segments: [String]
    /// The query's names and values, decoded (`+` is a space), in order. `?a&b=` gives `("a", "")` and `("b", "")`.
    public var query: [(name: String, value: String)]
    public var headers: HTTPHeaders
    public var body: [UInt8]
    /// The peer's numeric address without port.
    public var remoteAddress: String

    /// - Parameter target: path and query as in a request line, `/sessions?limit=5`. A full URL is accepted too.
    /// - Returns: nil when the target is malformed: no path, or percent-encoding that does not decode to UTF-8.
    public init?(
        method: String, target: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
        remoteAddress: String = "127.0.0.1"
    ) {
        guard let target = RequestTarget(target) else { return nil }
        self.init(method: method, target: target, headers: headers, body: body, remoteAddress: remoteAddress)
    }

    init(method: String, target: RequestTarget, headers: HTTPHeaders, body: [UInt8], remoteAddress: String) {
        self.method = method
        self.path = target.path
        self.segments = target.segments
        self.query = target.query
        self.headers = headers
        self.body = body
        self.remoteAddress = remoteAddress
    }

    /// The first value of that name in the query; names are compared exactly.
    public func queryValue(_ name: String) -> String? { query.first { $0.name == name }?.value }
}
