import Glibc

/// Cuts a stream of bytes into lines, looking at each byte once.
struct LineBuffer {
    private let limit: Int
    private var bytes: [UInt8] = []
    /// Where the next line begins.
    private var start = 0
    /// No newline before this.
    private var scanned = 0

    init(limit: Int) { self.limit = limit }

    /// Reads once from a descriptor.
    /// - Returns: what read(2) returned, with its errno.
    mutating func receive(from fd: CInt) -> Int {
        dropTaken()
        return withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
            let count = read(fd, buffer.baseAddress!, buffer.count)
            if count > 0 { bytes.append(contentsOf: buffer[..<count]) }
            return count
        }
    }

    /// The next whole line without its newline, if there is one.
    mutating func next() throws(PipeError) -> [UInt8]? {
        guard let end = newline() else {
            scanned = bytes.count
            if scanned - start > limit { throw PipeError(code: .lineTooLong(limit: limit)) }
            return nil
        }
        if end - start > limit { throw PipeError(code: .lineTooLong(limit: limit)) }
        defer {
            start = end + 1
            scanned = start
        }
        return Array(bytes[start..<end])
    }

    /// What follows the last newline, once; nil if nothing does.
    mutating func takeRest() -> [UInt8]? {
        defer {
            bytes = []
            start = 0
            scanned = 0
        }
        return start < bytes.count ? Array(bytes[start...]) : nil
    }

    private func newline() -> Int? {
        bytes.withUnsafeBytes { bytes in
            guard scanned < bytes.count, let base = bytes.baseAddress else { return nil }
            let found = memchr(base + scanned, CInt(UInt8(ascii: "\n")), bytes.count - scanned)
            return found.map { UnsafeRawPointer($0) - base }
        }
    }

    private mutating func dropTaken() {
        guard start > 0 else { return }
        bytes.removeFirst(start)
        scanned -= start
        start = 0
    }
}
