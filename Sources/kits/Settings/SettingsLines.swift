import CInih

/// The lines of a settings file as inih reads them, with their numbers.
struct SettingsLines {
    struct Value {
        let section: String
        let key: String
        let value: String
        let number: Int
    }

    private(set) var sections: [String] = []
    private(set) var values: [Value] = []

    static func parse(_ bytes: [UInt8], path: String) throws(SettingsError) -> SettingsLines {
        if let line = unreadableLine(of: bytes) {
            throw SettingsError(.unreadable, "\(path):\(line): not text in UTF-8")
        }
        _ = configured
        let feed = LineFeed(bytes)
        let context = Unmanaged.passUnretained(feed).toOpaque()
        let failed = withExtendedLifetime(feed) {
            ini_parse_stream(
                { buffer, size, context in LineFeed.of(context).next(into: buffer, size: Int(size)) }, context,
                { context, section, key, value in
                    guard let section, let key, let value else { return 0 }
                    LineFeed.of(context).found(String(cString: section), String(cString: key), String(cString: value))
                    return 1
                }, context)
        }
        if let refusal = feed.refusal {
            throw SettingsError(.syntax, "\(path):\(refusal.line): \(refusal.reason)")
        }
        if failed != 0 {
            throw SettingsError(.syntax, "\(path):\(failed): expected \"key = value\", \"[section]\" or \"# comment\"")
        }
        return feed.lines
    }

    /// inih's options are process-wide, so they are set once.
    private static let configured: Void = ci_configure(Int32(LineFeed.lineLimit + 3))

    /// The first line that a C string or a Swift string could not hold unchanged.
    private static func unreadableLine(of bytes: [UInt8]) -> Int? {
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
        where line.contains(0) || String(validating: line, as: UTF8.self) == nil {
            return index + 1
        }
        return nil
    }

    /// Gives inih one line after the other. The line it was given last is the one that a value is found on, which is how
    /// values get their numbers: Debian's inih does not tell them.
    ///
    /// It also looks at section headers before inih does, which hides empty sections and cuts off long names.
    private final class LineFeed {
        /// Bytes, without the line's end.
        static let lineLimit = 4096
        /// inih's MAX_SECTION, less the NUL.
        private static let sectionLimit = 49

        private let bytes: [UInt8]
        private var at = 0
        private var number = 0
        private(set) var lines = SettingsLines()
        private(set) var refusal: (line: Int, reason: String)?

        init(_ bytes: [UInt8]) {
            // inih skips a byte order mark too, but only where it would not hide a header from us.
            self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        }

        static func of(_ context: UnsafeMutableRawPointer?) -> LineFeed {
            guard let context else { preconditionFailure("inih lost its context") }
            return Unmanaged<LineFeed>.fromOpaque(context).takeUnretainedValue()
        }

        /// Like fgets: fills in the next line, or returns null at the end of the file or of patience.
        func next(into buffer: UnsafeMutablePointer<CChar>?, size: Int) -> UnsafeMutablePointer<CChar>? {
            guard let buffer, refusal == nil, at < bytes.count else { return nil }
            let line = bytes[at...].prefix { $0 != 0x0A }
            at += line.count + 1
            number += 1
            if line.count > Self.lineLimit || line.count >= size {
                refusal = (number, "the line is longer than \(Self.lineLimit) bytes")
                return nil
            }
            noteHeader(line)
            for (offset, byte) in line.enumerated() { buffer[offset] = CChar(bitPattern: byte) }
            buffer[line.count] = 0
            return buffer
        }

        func found(_ section: String, _ key: String, _ value: String) {
            if section.isEmpty {
                refuse("[section] missing above the setting \"\(key)\"")
            } else if key.isEmpty {
                refuse("a setting without a name")
            } else {
                lines.values.append(Value(section: section, key: key, value: value, number: number))
            }
        }

        private func noteHeader(_ line: ArraySlice<UInt8>) {
            let start = line.drop { $0 == 0x20 || $0 == 0x09 }
            guard start.first == UInt8(ascii: "["), let end = start.firstIndex(of: UInt8(ascii: "]")) else { return }
            let name = String(decoding: start[(start.startIndex + 1)..<end], as: UTF8.self)
            if name.isEmpty {
                refuse("a section without a name")
            } else if name.utf8.count > Self.sectionLimit {
                refuse("the name of a section is longer than \(Self.sectionLimit) bytes")
            } else if !lines.sections.contains(name) {
                lines.sections.append(name)
            }
        }

        private func refuse(_ reason: String) {
            if refusal == nil { refusal = (number, reason) }
        }
    }
}
