/// Where the calls of a service go.
struct Endpoint: Sendable, Hashable {
    let scheme: String
    /// Host, and port where it is not the scheme's.
    let authority: String
    /// Before every path; empty for most.
    let basePath: String

    /// Nil when the text is no URL of an HTTP server.
    init?(_ text: String) {
        guard let end = text.firstRange(of: "://") else { return nil }
        scheme = text[..<end.lowerBound].lowercased()
        let rest = text[end.upperBound...]
        let host = rest.prefix { $0 != "/" }
        guard scheme == "http" || scheme == "https", !host.isEmpty, !host.contains(where: { "@?# ".contains($0) })
        else { return nil }
        let defaultPort = scheme == "http" ? ":80" : ":443"
        authority = String(host.hasSuffix(defaultPort) ? host.dropLast(defaultPort.count) : host)
        var path = rest.dropFirst(host.count)
        while path.last == "/" { path.removeLast() }
        basePath = String(path)
    }

    var isTLS: Bool { scheme == "https" }
}

/// A place at a host: what becomes of a path of a call.
struct Address: Sendable, Hashable {
    let scheme: String
    let host: String
    /// Percent-encoded once, as it is sent.
    let path: String

    /// - Parameter path: as in `AWSRequest`.
    init(_ endpoint: Endpoint, path: String) {
        scheme = endpoint.scheme
        host = endpoint.authority
        self.path = endpoint.basePath + URIEncoding.encode(path, keepingSlashes: true)
    }

    /// An address at a host of the bucket's own, which S3's public endpoints want.
    ///
    /// Nil for what stays in the path: a bucket whose name cannot be one label of a host's name (with a dot in it no
    /// certificate fits), and a call of no bucket.
    init?(ofBucketAt endpoint: Endpoint, path: String) {
        guard path.utf8.first == UInt8(ascii: "/") else { return nil }
        // By bytes: to Swift a slash and a combining mark after it are one character.
        let rest = path.utf8.dropFirst()
        let bucket = Substring(rest.prefix { $0 != UInt8(ascii: "/") })
        guard Self.isLabel(bucket) else { return nil }
        let key = Substring(rest.dropFirst(bucket.utf8.count))
        scheme = endpoint.scheme
        host = "\(bucket).\(endpoint.authority)"
        self.path = key.isEmpty ? "/" : URIEncoding.encode(String(key), keepingSlashes: true)
    }

    private static func isLabel(_ bucket: Substring) -> Bool {
        (3...63).contains(bucket.utf8.count) && bucket.utf8.first != UInt8(ascii: "-")
            && bucket.utf8.last != UInt8(ascii: "-")
            && bucket.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
    }
}
