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

    /// Writes a file in place of whatever is there: that may be a link to a file that others share. Only a plain
    /// file of ours that has no other name is written over, which costs less than a new one.
    static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let fd: CInt
        if let present = reopen(path, bytes.count) { fd = present } else { fd = try create(path) }
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

    /// Opens the file that is there, cut to `size`, if it is like one that `create` makes.
    private static func reopen(_ path: String, _ size: Int) -> CInt? {
        // A pipe must not make the opener wait.
        let fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard fd >= 0 else { return nil }
        var status = stat()
        guard fstat(fd, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1,
            status.st_uid == geteuid(), status.st_mode & 0o7777 & ~0o644 == 0, status.st_mode & 0o400 != 0,
            status.st_size <= size || ftruncate(fd, off_t(size)) == 0
        else {
            close(fd)
            return nil
        }
        return fd
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
