/// A request target taken apart (RFC 9112, section 3.2).
struct RequestTarget: Sendable {
    let path: String
    let segments: [String]
    let query: [(name: String, value: String)]

    init?(_ target: String) {
        guard let origin = Self.originForm(target) else { return nil }
        let parts = origin.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        guard let segments = Self.segments(parts[0]), let query = Self.query(parts.count > 1 ? parts[1] : "") else {
            return nil
        }
        self.segments = segments
        self.query = query
    }

    /// Path and query; of the absolute form, which proxies send, scheme and authority are dropped.
    private static func originForm(_ target: String) -> Substring? {
        if target.hasPrefix("/") || target == "*" { return target[...] }
        let lowered = target.prefix(8).lowercased()
        for scheme in ["http://", "https://"] where lowered.hasPrefix(scheme) {
            let rest = target.dropFirst(scheme.count)
            return rest.firstIndex(of: "/").map { rest[$0...] } ?? "/"
        }
        return nil
    }

    private static func segments(_ path: Substring) -> [String]? {
        guard path.hasPrefix("/"), path != "/" else { return [] }
        var segments: [String] = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let segment = PercentCoding.decode(part) else { return nil }
            segments.append(segment)
        }
        return segments
    }

    private static func query(_ text: Substring) -> [(name: String, value: String)]? {
        var items: [(name: String, value: String)] = []
        for part in text.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decode(sides[0], plusIsSpace: true),
                let value = PercentCoding.decode(sides.count > 1 ? sides[1] : "", plusIsSpace: true)
            else { return nil }
            items.append((name, value))
        }
        return items
    }
}
