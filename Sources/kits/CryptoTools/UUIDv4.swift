/// Random UUIDs (RFC 9562, version 4) in their usual spelling, in lower case.
public enum UUIDv4 {
    /// Random bytes that a UUID takes.
    public static let byteCount = 16

    public static func random() -> String {
        string(from: randomBytes(byteCount))
    }

    /// Writes 16 random bytes as a UUID. Six bits are overwritten by version and variant.
    public static func string(from bytes: [UInt8]) -> String {
        precondition(bytes.count == byteCount, "a UUID takes 16 bytes, not \(bytes.count)")
        var bytes = bytes
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Hex.encode(bytes)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }
}
