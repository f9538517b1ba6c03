import CommandLineKit
import Glibc
import Threading

/// The standard streams of the process and its terminal.
///
/// foqusctl runs its commands on the main thread, so that blocking there keeps nobody else waiting.
public final class SystemConsole: Console {
    /// The terminal's settings while a password is typed, to be put back whatever happens.
    private let saved = Locked<termios?>(nil)

    public init() {}

    public var outputWidth: Int? { Self.width(STDOUT_FILENO) }
    public var messageWidth: Int? { Self.width(STDERR_FILENO) }

    private static func width(_ descriptor: CInt) -> Int? {
        guard Terminal.isTTY(descriptor) else { return nil }
        return Terminal.width(descriptor).map { max($0, 20) } ?? 80
    }

    public func write(_ bytes: [UInt8]) throws(ControlError) {
        do {
            try TextOutput.standardOutput.write(String(decoding: bytes, as: UTF8.self))
        } catch {
            if error == .closed { throw ControlError(.outputClosed, "") }
            throw ControlError(.local, "\(error).")
        }
    }

    public func message(_ text: String) { try? TextOutput.standardError.write(text) }

    public func input(limit: Int) throws(ControlError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw ControlError(.local, "cannot read standard input: \(Self.reason(errno)).")
            }
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
            guard bytes.count <= limit else {
                throw ControlError(.local, "standard input holds more than \(limit) bytes.")
            }
        }
    }

    public func password(prompt: String) throws(ControlError) -> String {
        let fd = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard fd >= 0 else {
            throw ControlError(
                .local, "there is no terminal to ask for a password. Use --password-stdin or --password-file FILE.")
        }
        defer { close(fd) }
        var settings = termios()
        guard tcgetattr(fd, &settings) == 0 else {
            throw ControlError(.local, "cannot read the terminal's settings: \(Self.reason(errno)).")
        }
        let before = settings
        saved.withLock { $0 = before }
        settings.c_lflag &= ~tcflag_t(ECHO)
        settings.c_lflag |= tcflag_t(ECHONL)
        tcsetattr(fd, TCSAFLUSH, &settings)
        defer { restoreTerminal() }
        try? TextOutput(descriptor: fd).write(prompt)
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = read(fd, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            guard count == 1, byte != UInt8(ascii: "\n") else { break }
            bytes.append(byte)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ControlError(.local, "the password is not UTF-8. Set the terminal to UTF-8.")
        }
        return text
    }

    /// Shows again what is typed; to be called before the process ends in the midst of a prompt.
    public func restoreTerminal() {
        guard
            var settings = saved.withLock({ saved in
                defer { saved = nil }
                return saved
            })
        else { return }
        let fd = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard fd >= 0 else { return }
        tcsetattr(fd, TCSANOW, &settings)
        close(fd)
    }

    private static func reason(_ code: CInt) -> String { String(cString: strerror(code)) }
}
