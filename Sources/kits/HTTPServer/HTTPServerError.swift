import Glibc

/// Why a server could not be started.
public struct HTTPServerError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// The address is no numeric IPv4 or IPv6 address.
        case invalidAddress
        /// The system refused the address and port, with this `errno`.
        case cannotListen(CInt)
        /// Certificate and key were not accepted, or the library has no TLS.
        case tls
        /// libmicrohttpd did not start.
        case library
    }

    public let code: Code
    public let description: String

    static func invalidAddress(_ address: String) -> HTTPServerError {
        HTTPServerError(
            code: .invalidAddress,
            description:
                "cannot listen on '\(address)': not a numeric IPv4 or IPv6 address; use one such as 127.0.0.1 or ::1")
    }

    static func cannotListen(_ place: String, errno code: CInt) -> HTTPServerError {
        let remedy =
            switch code {
            case EADDRINUSE where place.hasPrefix("/"):
                "; another program listens there: stop it, or choose another path"
            case EACCES where place.hasPrefix("/"), ENOENT where place.hasPrefix("/"):
                "; choose a path in a directory that exists and that this user may write"
            case ENAMETOOLONG: "; a Unix socket's path has at most 107 bytes: choose a shorter one"
            case EADDRINUSE: "; stop the program that holds the port, or choose another port"
            case EACCES: "; ports below 1024 need CAP_NET_BIND_SERVICE, or choose a higher port"
            case EADDRNOTAVAIL: "; no interface of this machine has the address, see 'ip address'"
            case EAFNOSUPPORT: "; the system has no IPv6, use an IPv4 address"
            case EMFILE, ENFILE: "; raise the limit of open files"
            default: ""
            }
        return HTTPServerError(
            code: .cannotListen(code),
            description: "cannot listen on \(place): \(String(cString: strerror(code)))\(remedy)")
    }

    static func notStarted(_ place: String, tls: Bool, complaints: [String]) -> HTTPServerError {
        let reason = complaints.isEmpty ? "libmicrohttpd gave no reason" : complaints.joined(separator: "; ")
        return HTTPServerError(
            code: tls ? .tls : .library,
            description: "cannot serve \(tls ? "HTTPS" : "HTTP") on \(place): \(reason)"
                + (tls ? "; check that certificate and key are PEM and belong together" : ""))
    }
}
