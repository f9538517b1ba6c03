/// An answer.
public struct HTTPResponse: Sendable {
    /// 200...599. Anything else is sent as 500.
    public var status: Int
    /// `Content-Length`, `Date` and `Connection` are the server's and ignored here.
    public var headers: HTTPHeaders
    /// Not sent in answer to `HEAD` (its length is) nor with 204 and 304.
    public var body: [UInt8]

    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer of plain text in UTF-8.
    public init(status: Int, text: String) {
        self.init(status: status, headers: ["Content-Type": "text/plain; charset=utf-8"], body: Array(text.utf8))
    }
}
