import HTTPServer
import JSONKit

extension HTTPResponse {
    static func json(_ value: JSON, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: value.serialized())
    }

    static func json(_ strings: [some CustomStringConvertible]) -> HTTPResponse {
        json(.array(strings.map { .string($0.description) }))
    }

    /// A file as it is.
    static func bytes(_ content: [UInt8]) -> HTTPResponse {
        HTTPResponse(status: 200, headers: ["Content-Type": "application/octet-stream"], body: content)
    }

    static var empty: HTTPResponse {
        HTTPResponse(status: 200, headers: ["Content-Type": "application/json"])
    }
}
