import JSONKit
import TextKit

/// The text of a file as its readers need it: decoded, and with places.
struct SinterText: Sendable {
    let file: String
    /// UTF-8.
    let bytes: [UInt8]
    let relaxed: [UInt8]
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
        bytes = Array(text.utf8)
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
            throw SinterError(place: SourcePlace(file: file, offset: error.offset, in: bytes), error.message)
        }
    }

    func place(_ path: [JSONLocator.Step]) -> SourcePlace {
        SourcePlace(file: file, offset: JSONLocator(relaxed).offset(of: path), in: bytes)
    }

    func place(offset: Int) -> SourcePlace { SourcePlace(file: file, offset: offset, in: bytes) }

    /// The members of an object as they are written, repetitions included.
    func members(_ path: [JSONLocator.Step]) -> [JSONLocator.Member] { JSONLocator(relaxed).members(of: path) }
}
