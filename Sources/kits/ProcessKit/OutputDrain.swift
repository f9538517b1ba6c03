import Glibc

/// Takes what a program writes to a pipe, keeps the beginning and throws the rest away, so that the program neither
/// waits for ever nor fills the disk. On the loop only.
final class OutputDrain {
    enum Sink {
        case memory
        case file(CInt)
    }

    /// The reading end, non-blocking.
    let fd: CInt
    private let sink: Sink
    private let limit: Int
    private var output = CapturedOutput()
    /// Whether all writers are gone.
    private(set) var hasEnded = false

    init(fd: CInt, sink: Sink, limit: Int) {
        self.fd = fd
        self.sink = sink
        self.limit = max(0, limit)
    }

    /// Reads what is there, but not more than some buffers full: others have their turn too.
    func drain(using buffer: UnsafeMutableRawBufferPointer, rounds: Int = 4) {
        for _ in 0..<rounds where !hasEnded {
            let count = read(fd, buffer.baseAddress!, buffer.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { return }
            guard count > 0 else {
                hasEnded = true
                return
            }
            take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            // A short read has emptied the pipe: spare the call that would say so.
            if count < buffer.count { return }
        }
    }

    /// Reads the rest once no writer can be left, and closes pipe and file.
    func finish(using buffer: UnsafeMutableRawBufferPointer) -> CapturedOutput {
        drain(using: buffer, rounds: 32)
        close(fd)
        if case .file(let file) = sink {
            if output.isTruncated {
                Array("\n[output cut off after \(limit) bytes]\n".utf8).withUnsafeBytes { write($0, to: file) }
            }
            close(file)
        }
        return output
    }

    /// Closes all without reading, for a program that did not start.
    func abandon() {
        close(fd)
        if case .file(let file) = sink { close(file) }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        let kept = bytes.prefix(max(0, limit - output.total))
        output.total += bytes.count
        if kept.count < bytes.count { output.isTruncated = true }
        guard !kept.isEmpty else { return }
        switch sink {
        case .memory: output.bytes.append(contentsOf: kept)
        case .file(let file): write(UnsafeRawBufferPointer(rebasing: kept), to: file)
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to file: CInt) {
        var rest = bytes[...]
        while !rest.isEmpty && output.writeError == nil {
            let count = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
            if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { output.writeError = errno }
        }
    }
}
