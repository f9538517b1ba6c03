import JSONKit
import TextKit

/// The text of a file as its readers need it: decoded, and with places.
struct SinterText: Sendable {
    let file: String
    /// UTF-8.
    let bytes: [UInt8]
    let relaxed: [UInt8]
    /// Where each line begins.
    private let lineStarts: [Int]
    /// Where bytes are that only continue a character. Kept, as a file may be one long line with thousands of values, each
    /// with its place.
    private let followers: [Int]
    /// Whether something was no text and is now a replacement character.
    let isRepaired: Bool

    /// Takes UTF-8, and UTF-16 behind a byte order mark as editors on Windows write it.
    init(_ raw: [UInt8], file: String) {
        self.file = file
        let text: String
        if raw.starts(with: [0xFF, 0xFE]) || raw.starts(with: [0xFE, 0xFF]) {
            let isLittle = raw[0] == 0xFF
            let units = stride(from: 2, to: raw.count - 1, by: 2).map { index -> UInt16 in
                let (first, second) = (UInt16(raw[index]), UInt16(raw[index + 1]))
                return isLittle ? second << 8 | first : first << 8 | second
            }
            text = String(decoding: units, as: UTF16.self)
            isRepaired = false
        } else {
            text = String(decoding: raw, as: UTF8.self)
            isRepaired = String(validating: raw, as: UTF8.self) == nil
        }
        let bytes = Array(text.utf8)
        self.bytes = bytes
        lineStarts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
        followers = bytes.indices.filter { bytes[$0] & 0xC0 == 0x80 }
        relaxed = JSON.relaxed(bytes)
    }

    /// Whether this wants to be JSON: the text format cannot begin with a bracket.
    var looksLikeJSON: Bool { [UInt8(ascii: "{"), UInt8(ascii: "[")].contains(firstByte) }

    var isEmpty: Bool { firstByte == nil }

    /// The first that is neither blank nor in a comment.
    private var firstByte: UInt8? { relaxed.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } }

    func json() throws(SinterError) -> JSON {
        do throws(JSONError) {
            // NaN is read, so that it can be refused by the name of its variable.
            return try JSON.parse(relaxed, options: .lenientNumbers)
        } catch {
            throw SinterError(place: place(offset: error.offset), error.message)
        }
    }

    /// The place of what a path leads to.
    ///
    /// - Parameter base: where the value begins from which the path goes; 0 for the whole text.
    func place(_ path: [JSONLocator.Step], from base: Int = 0) -> SourcePlace {
        place(offset: base + JSONLocator(relaxed[base...]).offset(of: path))
    }

    func place(offset: Int) -> SourcePlace {
        let line = max(Self.count(in: lineStarts, before: offset + 1), 1)
        let start = lineStarts[line - 1]
        let followers =
            Self.count(in: followers, before: offset) - Self.count(in: followers, before: start)
        return SourcePlace(file: file, line: line, column: 1 + offset - start - followers)
    }

    /// How many of rising numbers are less than one.
    private static func count(in numbers: [Int], before limit: Int) -> Int {
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < limit { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The members of an object as they are written, repetitions included: their keys and the offsets of these.
    func members(_ path: [JSONLocator.Step], from base: Int = 0) -> [(key: String, offset: Int)] {
        JSONLocator(relaxed[base...]).members(of: path).map { ($0.key, base + $0.keyOffset) }
    }

    /// Where the elements of a list begin that is the whole text.
    func elements() -> [Int] { JSONLocator(relaxed).elements() }
}
