import ProcessKit
import TextKit

/// The first line that a program printed and a pattern matches.
struct PatternLine: CustomStringConvertible {
    let description: String

    /// Looks in stdout, then in stderr, as far as they were kept; nil when no line matches.
    init?(_ pattern: TextPattern, in result: ProcessResult) throws(TextPatternError) {
        for bytes in [result.stdout.bytes, result.stderr.bytes] {
            guard let match = try pattern.firstMatch(in: bytes) else { continue }
            let isEnd = { (byte: UInt8) in byte == UInt8(ascii: "\n") }
            let start = bytes[..<match.range.lowerBound].lastIndex(where: isEnd).map { $0 + 1 } ?? 0
            let end = bytes[match.range.lowerBound...].firstIndex(where: isEnd) ?? bytes.count
            description = LogText.tail(bytes[start..<end], lines: 1, limit: 300)
            return
        }
        return nil
    }
}
