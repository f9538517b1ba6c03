import CPlatform
import Glibc
import Threading

/// An exclusive lock between processes, held by keeping a file open (flock). The kernel releases it with the process,
/// however that ends. The file holds the process id of the holder as text and is never removed.
public final class FileLock: Sendable {
    public let path: String
    private let descriptor: Locked<CInt?>

    private init(path: String, descriptor: CInt) {
        self.path = path
        self.descriptor = Locked(descriptor)
    }

    deinit {
        release()
    }

    /// Takes the lock, or returns `nil` at once when another holder has it. The file is created when missing.
    public static func acquire(_ path: String) throws(FileError) -> FileLock? {
        while true {
            let raw = try retrying("open", path) { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) }
            if flock(raw, LOCK_EX | LOCK_NB) != 0 {
                let code = errno
                close(raw)
                switch code {
                case EWOULDBLOCK: return nil
                case EINTR: continue
                default: throw FileError(code: code, operation: "lock", path: path)
                }
            }
            // Whoever locks a file that was removed or replaced meanwhile excludes nobody.
            guard isStill(raw, at: path) else {
                close(raw)
                continue
            }
            let lock = FileLock(path: path, descriptor: raw)
            try retrying("write", path) { ftruncate(raw, 0) }
            let text = Array("\(getpid())\n".utf8)
            try retrying("write", path) { pwrite(raw, text, text.count, 0) }
            return lock
        }
    }

    /// The process id in a lock file: of the holder, or of the last one. For messages only.
    public static func holder(of path: String) -> Int32? {
        guard let text = try? File.read(path, limit: 32) else { return nil }
        return Int32(String(decoding: text.prefix { $0 != 0x0A }, as: UTF8.self))
    }

    /// Gives the lock up. More calls do nothing.
    public func release() {
        descriptor.withLock { descriptor in
            if let raw = descriptor {
                // A child between its clone and its exec has a copy of the descriptor, which keeps the lock alive.
                flock(raw, LOCK_UN)
                close(raw)
            }
            descriptor = nil
        }
    }

    private static func isStill(_ raw: CInt, at path: String) -> Bool {
        var opened = stat()
        var named = stat()
        return fstat(raw, &opened) == 0 && stat(path, &named) == 0
            && opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
    }
}
