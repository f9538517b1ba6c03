import Glibc

extension JSONParser {
    /// Takes a string from its opening to its closing quote.
    mutating func string() throws(JSONError) -> String {
        at += 1
        let start = at
        at += plainRun
        if peek == UInt8(ascii: "\"") {
            let run = UnsafeBufferPointer(rebasing: bytes[start..<at])
            guard let text = decoded(run) else { throw invalidUTF8(from: start) }
            at += 1
            return text
        }
        return try stringWithEscapes(from: start)
    }

    private var plainRun: Int {
        guard let base = bytes.baseAddress else { return 0 }
        return plainPrefix(base + at, bytes.count - at)
    }

    private mutating func stringWithEscapes(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<at])
        while true {
            switch peek {
            case UInt8(ascii: "\""):
                guard let result = text.withUnsafeBufferPointer({ decoded($0) }) else { throw invalidUTF8(from: start) }
                at += 1
                return result
            case UInt8(ascii: "\\"):
                at += 1
                try escape(into: &text)
            case _ where at == bytes.count:
                throw error(.unexpectedEnd, "expected '\"' at the end of a string but found the end of the text")
            default:
                throw error(.invalidString, "\(found) must be written as an escape in a string")
            }
            let run = plainRun
            text.append(contentsOf: bytes[at..<(at + run)])
            at += run
        }
    }

    /// Takes an escape behind its backslash.
    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        switch peek {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(bytes[at])
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            at += 1
            text.append(contentsOf: String(Character(try unicodeEscape())).utf8)
            return
        case _ where at == bytes.count: throw unexpected("an escape")
        default: throw error(.invalidString, "\(found) is no escape that JSON knows")
        }
        at += 1
    }

    /// Takes the digits of one `\u` escape, and the second escape of a surrogate pair.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let start = at - 2
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, peek == UInt8(ascii: "\\"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "u") {
            at += 2
            let second = try fourHexDigits()
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        throw error(.loneSurrogate, "half of a surrogate pair", at: start)
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch peek {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[at] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[at] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[at] - UInt8(ascii: "A") + 10
            case _ where at == bytes.count: throw unexpected("a hexadecimal digit")
            default: throw error(.invalidString, "expected a hexadecimal digit but found \(found)")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }

    /// `nil` for invalid UTF-8. `String(validating:as:)` does the same, but takes a third of all parsing time for
    /// looking up types.
    private func decoded(_ utf8: UnsafeBufferPointer<UInt8>) -> String? {
        var text = String(decoding: utf8, as: UTF8.self)
        // Invalid bytes have been replaced.
        let isUnchanged = text.withUTF8 { decoded in
            guard let start = decoded.baseAddress, let original = utf8.baseAddress else { return utf8.isEmpty }
            return decoded.count == utf8.count && memcmp(start, original, utf8.count) == 0
        }
        return isUnchanged ? text : nil
    }

    /// Points at the first byte of the string that breaks UTF-8.
    private func invalidUTF8(from start: Int) -> JSONError {
        var decoder = UTF8()
        var iterator = bytes[start..<at].makeIterator()
        var good = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { good += UTF8.width(scalar) }
        return error(.invalidUTF8, "invalid UTF-8", at: start + good)
    }
}
