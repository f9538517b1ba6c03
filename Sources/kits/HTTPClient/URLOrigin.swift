/// What of a URL may be told: scheme, host and port, but neither credentials nor path and query.
enum URLOrigin {
    static func of(_ url: String) -> String {
        let scheme = url.firstRange(of: "://").map { url[..<$0.upperBound] } ?? ""
        let authority = url[scheme.endIndex...].prefix { !"/?#".contains($0) }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        return String(scheme) + host
    }

    /// libcurl would guess the scheme of a URL without one.
    static func isHTTP(_ url: String) -> Bool {
        let start = url.prefix(8).lowercased()
        return start.hasPrefix("http://") || start.hasPrefix("https://")
    }
}
