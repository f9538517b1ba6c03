import Glibc

extension Path {
    /// The absolute path of what is there, without links and dots. Blocking.
    public static func resolved(_ path: String) throws(FileError) -> String {
        guard let found = realpath(path, nil) else { throw FileError(code: errno, operation: "find", path: path) }
        defer { free(found) }
        return String(cString: found)
    }
}
