import Glibc

/// A new directory with a unique name that only this user may enter. It stays until ``remove()``.
public struct TemporaryDirectory: Sendable {
    public let path: String

    /// - Parameters:
    ///   - base: an existing directory.
    ///   - prefix: how the name begins.
    public init(below base: String = "/tmp", prefix: String = "foqus") throws(FileError) {
        var template = Array(Path.join(base, prefix + "-XXXXXX").utf8CString)
        if mkdtemp(&template) == nil {
            throw FileError(code: errno, operation: "create a temporary directory below", path: base)
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Removes the directory with all its content.
    public func remove() throws(FileError) {
        try Directory.removeTree(path)
    }
}
