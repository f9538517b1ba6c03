import CCurl
import Glibc

/// Why there is no answer.
public struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// The request cannot be sent as it is: no HTTP URL, or a line break in a header field.
        case invalidRequest
        /// The host has no address.
        case couldNotResolve
        /// Nothing listens there, or it cannot be reached; with the `errno` where there is one.
        case couldNotConnect(CInt)
        case timedOut
        /// The certificate is not trusted, or TLS failed otherwise.
        case tls
        /// The connection ended before the answer was complete.
        case connectionLost
        case responseTooLarge
        case tooManyRedirects
        /// The task was cancelled.
        case cancelled
        /// The client was closed.
        case closed
        /// A file of the request could not be opened, read or written; with the `errno`, 0 for one that is too short.
        case file(CInt)
        /// Any other failure, by libcurl's number.
        case other(UInt32)
    }

    public let code: Code
    /// A sentence for a person: what was to be reached and what went wrong. Holds no password and no query.
    public let description: String

    /// True when the server has certainly not seen the request, so that it may be sent again whatever it does.
    public let isBeforeSending: Bool

    /// - Parameter isSent: whether anything of the request may have been sent; nil when the code tells.
    init(_ code: Code, _ description: String, isSent: Bool? = nil) {
        self.code = code
        self.description = description
        switch code {
        case .invalidRequest, .couldNotResolve, .couldNotConnect: isBeforeSending = true
        default: isBeforeSending = isSent == false
        }
    }

    static func file(_ operation: String, _ path: String, _ code: CInt) -> HTTPClientError {
        HTTPClientError(.file(code), "cannot \(operation) \(path): \(String(cString: strerror(code)))")
    }

    static func tooShort(_ path: String, needed: Int) -> HTTPClientError {
        HTTPClientError(.file(0), "\(path) is shorter than the \(needed) bytes that were to be sent of it")
    }

    /// - Parameters:
    ///   - systemError: the last `errno` of the connection, 0 for none.
    ///   - detail: libcurl's own words.
    ///   - isSent: whether anything of the request was sent.
    init(
        _ result: CURLcode, method: String, origin: String, systemError: CInt, detail: String, isSent: Bool
    ) {
        let reason = systemError == 0 ? detail : String(cString: strerror(systemError))
        switch result {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
            self.init(.invalidRequest, "'\(origin)' is not the URL of an HTTP server: \(detail)")
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self.init(.couldNotResolve, "could not find \(origin): \(detail)")
        case CURLE_COULDNT_CONNECT:
            self.init(.couldNotConnect(systemError), "could not connect to \(origin): \(reason)")
        case CURLE_OPERATION_TIMEDOUT:
            self.init(.timedOut, "\(method) \(origin) took too long: \(detail)", isSent: isSent)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED:
            self.init(.tls, "no secure connection to \(origin): \(detail)", isSent: isSent)
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE:
            self.init(.connectionLost, "the connection to \(origin) was lost: \(detail)", isSent: isSent)
        case CURLE_TOO_MANY_REDIRECTS:
            self.init(.tooManyRedirects, "\(method) \(origin) was redirected too often: \(detail)")
        default: self.init(.other(result.rawValue), "\(method) \(origin) failed: \(detail)", isSent: isSent)
        }
    }
}
