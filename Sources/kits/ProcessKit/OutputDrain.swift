import Glibc

/// Takes what a program writes to a pipe and keeps no more than a limit, so that the program neither waits for ever
/// nor fills the disk: in memory its beginning and its end, where the reason of a failure stands; in a file its
/// beginning. On the loop only.
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
    /// What came after the first half of the limit. Trimmed now and then to what `finish` keeps of it.
    private var end: [UInt8] = []
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
        if output.isTruncated, case .memory = sink {
            output.gap = output.bytes.count
            output.bytes += end.suffix(limit - output.bytes.count)
        } else {
            output.bytes += end
        }
        end = []
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
        switch sink {
        case .memory: keep(bytes)
        case .file(let file):
            if !kept.isEmpty { write(UnsafeRawBufferPointer(rebasing: kept), to: file) }
        }
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) {
        let first = bytes.prefix(limit / 2 - output.bytes.count)
        output.bytes.append(contentsOf: first)
        let rest = bytes.dropFirst(first.count)
        guard !rest.isEmpty else { return }
        // Not at each call: moving what is kept costs more than what came.
        let half = limit - limit / 2
        if end.count + rest.count > 2 * half + bytes.count { end.removeFirst(max(0, end.count - half)) }
        end.append(contentsOf: rest)
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to file: CInt) {
        var rest = bytes[...]
        while !rest.isEmpty && output.writeError == nil {
            let count = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
            if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { output.writeError = errno }
        }
    }
}
