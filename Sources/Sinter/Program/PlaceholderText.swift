import TextKit

/// A text with places for values: `${name}`, `${name[2]}`, `${name:%10.4f}`, `${name|, }`. `$${` is `${` itself; a dollar
/// before anything else is a dollar.
public struct PlaceholderText: Sendable, Hashable {
    enum Piece: Sendable, Hashable {
        /// Bytes, as the files of old programs are not always UTF-8.
        case text([UInt8])
        case placeholder(Placeholder)
    }

    /// Where a value is put.
    struct Placeholder: Sendable, Hashable {
        /// Of a variable or one of its paths, perhaps with an index; or `model`, `directory`.
        var name: String
        var format: NumberFormat?
        /// Between the elements of a vector; nil for a blank.
        var separator: String?
        /// Where it begins, in bytes of the text.
        var offset = 0

        static let model = Placeholder(name: "model")
    }

    /// Why a text is none, and where.
    struct Refusal: Error {
        let offset: Int
        let reason: String
    }

    let pieces: [Piece]

    init(pieces: [Piece]) { self.pieces = pieces }

    init(_ text: String) throws(Refusal) { try self.init(Array(text.utf8)) }

    init(_ bytes: [UInt8]) throws(Refusal) {
        let (dollar, open, close) = (UInt8(ascii: "$"), UInt8(ascii: "{"), UInt8(ascii: "}"))
        var pieces: [Piece] = []
        var text: [UInt8] = []
        var at = 0
        func byte(_ offset: Int) -> UInt8? { at + offset < bytes.count ? bytes[at + offset] : nil }
        while at < bytes.count {
            if byte(0) == dollar, byte(1) == dollar, byte(2) == open {
                text += [dollar, open]
                at += 3
            } else if byte(0) == dollar, byte(1) == open {
                let line = bytes[at...].prefix { $0 != UInt8(ascii: "\n") }
                guard let end = line.firstIndex(of: close) else {
                    throw Refusal(offset: at, reason: "${ without a } in the same line; write $${ for the characters")
                }
                if !text.isEmpty { pieces.append(.text(text)) }
                text = []
                pieces.append(.placeholder(try Self.placeholder(bytes[(at + 2)..<end], at)))
                at = end + 1
            } else {
                text.append(bytes[at])
                at += 1
            }
        }
        if !text.isEmpty { pieces.append(.text(text)) }
        self.pieces = pieces
    }

    var placeholders: [Placeholder] {
        pieces.compactMap { if case .placeholder(let placeholder) = $0 { placeholder } else { nil } }
    }

    /// What the text is when it holds nothing else.
    var onlyPlaceholder: Placeholder? { pieces.count == 1 ? placeholders.first : nil }

    private static func placeholder(_ bytes: ArraySlice<UInt8>, _ offset: Int) throws(Refusal) -> Placeholder {
        var name = String(decoding: bytes, as: UTF8.self)
        var result = Placeholder(name: "", offset: offset)
        if let bar = name.firstIndex(of: "|") {
            let separator = String(name[name.index(after: bar)...])
            result.separator = separator.replacing("\\n", with: "\n").replacing("\\t", with: "\t")
            name = String(name[..<bar])
        }
        let colon = name.indices.first { name[$0...].hasPrefix(":%") }
        if let colon {
            let text = String(name[name.index(after: colon)...]).trimmingBlanks
            guard let format = NumberFormat(text) else {
                throw Refusal(
                    offset: offset,
                    reason: "\(text) is no format; there are %d, %f, %e, %g and %s, as in %10.4f and %-8s")
            }
            result.format = format
            name = String(name[..<colon])
        }
        result.name = name.trimmingBlanks
        guard !result.name.isEmpty else { throw Refusal(offset: offset, reason: "a placeholder has no name") }
        return result
    }
}
