import JSONKit

/// Random JSON values, the same for the same seed (SplitMix64).
struct RandomJSON {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    mutating func below(_ limit: Int) -> Int {
        Int(next() % UInt64(limit))
    }

    /// Any finite double, all magnitudes alike.
    mutating func double() -> Double {
        while true {
            let value = Double(bitPattern: next())
            if value.isFinite { return value }
        }
    }

    mutating func string() -> String {
        let alphabet: [Character] = [
            "a", "z", " ", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "é", "€", "😀", "\u{FFFF}",
        ]
        return String((0..<below(20)).map { _ in alphabet[below(alphabet.count)] })
    }

    mutating func value(depth: Int) -> JSON {
        switch below(depth > 0 ? 8 : 6) {
        case 0: .null
        case 1: .bool(next() & 1 == 0)
        case 2: .int(Int64(bitPattern: next()) >> below(64))
        case 3: .number(double())
        case 4: .number(Double(below(2_000_000)) / 1000 - 1000)
        case 5: .string(string())
        case 6: .array((0..<below(6)).map { _ in value(depth: depth - 1) })
        default: .object(JSONObject((0..<below(25)).map { _ in (string(), value(depth: depth - 1)) }))
        }
    }
}
