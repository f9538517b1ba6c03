import FileKit
import Glibc

/// Reads a file that a job's program made.
enum ResultFile {
    /// The code of the error for a file over the limit.
    static let tooLarge = EFBIG

    /// The content; nil when there is no such file. Blocking, but never for long: what is not a regular file (a pipe
    /// would make the reader wait for a writer) is refused.
    static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8]? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw FileError(code: errno, operation: "read", path: path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(code: EINVAL, operation: "read what is no regular file,", path: path)
        }
        return try File.read(path, limit: limit)
    }
    /// Writes a new file in place of whatever is there: that may be a link to a file that others share.
    static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let fd = try create(path)
        defer { close(fd) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(fd, $0.baseAddress!, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw FileError(code: errno, operation: "write", path: path)
            }
        }
    }

    private static func create(_ path: String) throws(FileError) -> CInt {
        while true {
            let fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if fd >= 0 { return fd }
            let code = errno
            guard code == EEXIST else { throw FileError(code: code, operation: "create", path: path) }
            try File.remove(path)
        }
    }
}
