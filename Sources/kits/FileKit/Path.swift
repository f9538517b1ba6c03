/// Pure functions on POSIX paths; the file system is not asked.
public enum Path {
    /// Joins with single slashes. Empty components are left out; a component that begins with `/` is appended too,
    /// so that a result never leaves `base` by an absolute component. `..` is kept: check names with ``SafeName``.
    public static func join(_ base: String, _ components: String...) -> String {
        var path = base
        for component in components {
            let component = component.drop { $0 == "/" }
            if component.isEmpty { continue }
            if !path.isEmpty && path.last != "/" { path += "/" }
            path += component
        }
        return path
    }

    /// `c` of `/a/b/c` and of `/a/b/c/`; `/` of the root; empty for an empty path.
    public static func lastComponent(_ path: String) -> String {
        let trimmed = withoutTrailingSlashes(path)
        if trimmed == "/" { return "/" }
        return String(trimmed[(trimmed.lastIndex(of: "/").map(trimmed.index(after:)) ?? trimmed.startIndex)...])
    }

    /// `/a/b` of `/a/b/c`; `/` of `/a` and of the root; `.` when there is no slash.
    public static func parent(_ path: String) -> String {
        let trimmed = withoutTrailingSlashes(path)
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return String(withoutTrailingSlashes(String(trimmed[...slash])))
    }

    private static func withoutTrailingSlashes(_ path: String) -> Substring {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return path
    }
}
