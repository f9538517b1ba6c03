import Glibc

/// A local file from which bodies are sent, or into which they go; closed when the last owner lets it go.
///
/// A transfer reads at most 64 KiB and writes at most 16 KiB at a time on the loop's thread, at positions of its own, so
/// that several may share a file. A disk that makes this wait makes the loop wait: long transfers of large files go
/// through a client on a loop of its own. Opening blocks too and belongs on a `BlockingPool`.
public final class TransferFile: Sendable {
    public let path: String
    let descriptor: CInt

    /// Opens a file to send it.
    public convenience init(reading path: String) throws(HTTPClientError) {
        try self.init(path, O_RDONLY)
    }

    /// Opens a file to write an answer into it.
    /// - Parameters:
    ///   - truncating: whether what is in it is thrown away.
    ///   - permissions: of a file that is made.
    public convenience init(
        writing path: String, truncating: Bool = true, permissions: UInt32 = 0o600
    ) throws(HTTPClientError) {
        try self.init(path, O_WRONLY | O_CREAT | (truncating ? O_TRUNC : 0), permissions)
    }

    private init(_ path: String, _ flags: CInt, _ permissions: UInt32 = 0) throws(HTTPClientError) {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC, permissions)
        if descriptor < 0 { throw HTTPClientError.file("open", path, errno) }
    }

    deinit { close(descriptor) }

    /// In bytes, now.
    public func size() throws(HTTPClientError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw HTTPClientError.file("look at", path, errno) }
        return Int(status.st_size)
    }

    /// Cuts it off after `count` bytes.
    public func truncate(to count: Int) throws(HTTPClientError) {
        while ftruncate(descriptor, count) != 0 {
            if errno != EINTR { throw HTTPClientError.file("truncate", path, errno) }
        }
    }

    /// Fills as much of `buffer` as there is; 0 at the end of the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(HTTPClientError) -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, offset)
            if count >= 0 { return count }
            if errno != EINTR { throw HTTPClientError.file("read", path, errno) }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(HTTPClientError) {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = pwrite(descriptor, rest.baseAddress, rest.count, offset + written)
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw HTTPClientError.file("write", path, errno)
            }
        }
    }

    /// The kernel reads these bytes ahead, so that `read` need not wait for the disk.
    func expectReading(offset: Int, count: Int) {
        _ = posix_fadvise(descriptor, offset, count, POSIX_FADV_WILLNEED)
    }
}

extension ClientRequest {
    /// Bytes of a file.
    public struct FilePart: Sendable {
        public var file: TransferFile
        /// Of the first byte.
        public var offset: Int
        public var count: Int

        public init(_ file: TransferFile, offset: Int = 0, count: Int) {
            self.file = file
            self.offset = offset
            self.count = count
        }
    }

    /// A place in a file.
    public struct FilePlace: Sendable {
        public var file: TransferFile
        /// Where the first byte goes.
        public var offset: Int

        public init(_ file: TransferFile, offset: Int = 0) {
            self.file = file
            self.offset = offset
        }
    }
}
