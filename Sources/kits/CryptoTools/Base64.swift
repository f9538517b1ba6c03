/// Base64 with the standard alphabet (RFC 4648, section 4).
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let pad = UInt8(ascii: "=")

    /// 0 to 63 for the characters of the alphabet, 255 for all others.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// - Parameter padded: whether to fill up to a multiple of four characters with `=`.
    public static func encode(_ bytes: [UInt8], padded: Bool = true) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var at = 0
        while at < bytes.count {
            let group = bytes[at..<min(at + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(3 - group.count) * 8
            for place in 0...3 where place <= group.count {
                text.append(alphabet[Int(bits >> UInt32(18 - place * 6) & 63)])
            }
            if padded { text.append(contentsOf: repeatElement(pad, count: 3 - group.count)) }
            at += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` unless ``encode(_:padded:)`` with the same `padded` could have written it: no white space, no character
    /// outside of the alphabet, no missing or needless padding, no stray bits.
    public static func decode(_ text: String, padded: Bool = true) -> [UInt8]? {
        var characters = Array(text.utf8)[...]
        if padded {
            guard characters.count % 4 == 0 else { return nil }
            for _ in 0..<2 where characters.last == pad { characters.removeLast() }
        }
        guard characters.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count * 3 / 4)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for character in characters {
            let value = values[Int(character)]
            if value > 63 { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
                bits &= 1 << count - 1
            }
        }
        return bits == 0 ? bytes : nil
    }
}
