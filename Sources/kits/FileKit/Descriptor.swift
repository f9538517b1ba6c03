import CPlatform
import Glibc

/// An open file, closed when it goes out of scope. Always close-on-exec.
struct Descriptor: ~Copyable {
    let raw: CInt
    /// For messages.
    let path: String

    init(raw: CInt, path: String) {
        self.raw = raw
        self.path = path
    }

    init(opening path: String, _ flags: CInt, mode: UInt32 = 0) throws(FileError) {
        self.path = path
        raw = try retrying("open", path) { open(path, flags | O_CLOEXEC, mode) }
    }

    deinit {
        close(raw)
    }

    borrowing func status() throws(FileError) -> stat {
        var status = stat()
        try retrying("stat", path) { fstat(raw, &status) }
        return status
    }

    /// Fills as much of `buffer` as there is; 0 at the end of the file.
    borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        try retrying("read", path) { Glibc.read(raw, buffer.baseAddress, buffer.count) }
    }

    borrowing func writeAll(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = try retrying("write", path) { write(raw, rest.baseAddress, rest.count) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
    }

    /// Returns when the content is on the disk.
    borrowing func sync() throws(FileError) {
        try retrying("sync", path) { fsync(raw) }
    }
}
