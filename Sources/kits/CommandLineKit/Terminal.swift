import Glibc

/// What is at the other end of a descriptor.
public enum Terminal {
    public static func isTTY(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

    /// Columns of the terminal; nil when there is none or it does not tell.
    public static func width(_ descriptor: CInt) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Columns to wrap help to: those of the terminal, but neither cramped nor too long to read; 80 without a terminal.
    public static var helpWidth: Int { min(max(width(STDOUT_FILENO) ?? 80, 40), 100) }

    /// Whether to colour what is written to `descriptor`: only on a terminal that can, and never with `NO_COLOR`
    /// (no-color.org) in the environment.
    public static func wantsColour(_ descriptor: CInt) -> Bool {
        wantsColour(isTTY: isTTY(descriptor), noColor: variable("NO_COLOR"), term: variable("TERM"))
    }

    static func wantsColour(isTTY: Bool, noColor: String?, term: String?) -> Bool {
        isTTY && (noColor ?? "").isEmpty && term != "dumb"
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// Text with emphasis, where that is wanted.
public struct Palette: Sendable {
    public let isEnabled: Bool

    /// - Parameter isEnabled: see `Terminal.wantsColour`; without, every function returns its text unchanged.
    public init(isEnabled: Bool) { self.isEnabled = isEnabled }

    public func bold(_ text: String) -> String { wrap(text, "1") }
    public func dim(_ text: String) -> String { wrap(text, "2") }
    public func red(_ text: String) -> String { wrap(text, "31") }
    public func green(_ text: String) -> String { wrap(text, "32") }
    public func yellow(_ text: String) -> String { wrap(text, "33") }

    /// ECMA-48, Select Graphic Rendition.
    private func wrap(_ text: String, _ code: String) -> String { isEnabled ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text }
}
