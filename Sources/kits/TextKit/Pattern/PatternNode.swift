/// A pattern as a tree.
indirect enum PatternNode {
    /// One byte out of a set.
    case byte(ByteSet)
    case assertion(PatternAssertion)
    case sequence([PatternNode])
    /// The first is preferred.
    case choice([PatternNode])
    case group(PatternNode, index: Int)
    case repetition(PatternNode, least: Int, most: Int?, isGreedy: Bool)
}

/// What must be true between two bytes.
enum PatternAssertion: Sendable, Hashable {
    case lineStart
    case lineEnd
    case wordEdge
    case noWordEdge
    /// No character goes on here.
    case characterEdge

    func holds(in text: [UInt8], at position: Int) -> Bool {
        switch self {
        case .lineStart: return position == 0 || text[position - 1] == UInt8(ascii: "\n")
        case .lineEnd:
            if position == text.count || text[position] == UInt8(ascii: "\n") { return true }
            return text[position] == UInt8(ascii: "\r")
                && (position + 1 == text.count || text[position + 1] == UInt8(ascii: "\n"))
        case .wordEdge: return isWordEdge(text, position)
        case .noWordEdge: return !isWordEdge(text, position)
        case .characterEdge: return position == text.count || text[position] & 0xC0 != 0x80
        }
    }

    private func isWordEdge(_ text: [UInt8], _ position: Int) -> Bool {
        let before = position > 0 && ByteSet.word.contains(text[position - 1])
        let after = position < text.count && ByteSet.word.contains(text[position])
        return before != after
    }
}

/// Some of the 256 bytes.
struct ByteSet: Sendable, Hashable {
    private var low: (UInt64, UInt64) = (0, 0)
    private var high: (UInt64, UInt64) = (0, 0)

    init() {}

    init(_ bytes: some Sequence<UInt8>) { for byte in bytes { insert(byte) } }

    static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    static let word = ByteSet(Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_".utf8))
    static let space = ByteSet([0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D])
    static let ascii = ByteSet(0...0x7F)
    static let all = ByteSet(0...0xFF)

    func contains(_ byte: UInt8) -> Bool {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: return low.0 & bit != 0
        case 1: return low.1 & bit != 0
        case 2: return high.0 & bit != 0
        default: return high.1 & bit != 0
        }
    }

    mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: low.0 |= bit
        case 1: low.1 |= bit
        case 2: high.0 |= bit
        default: high.1 |= bit
        }
    }

    mutating func formUnion(_ other: ByteSet) {
        low = (low.0 | other.low.0, low.1 | other.low.1)
        high = (high.0 | other.high.0, high.1 | other.high.1)
    }

    /// The ASCII characters that are not in it.
    var asciiComplement: ByteSet {
        var result = ByteSet()
        result.low = (~low.0, ~low.1)
        return result
    }

    /// With the letters of the other case.
    var caseless: ByteSet {
        var result = self
        for byte in UInt8(ascii: "a")...UInt8(ascii: "z") where contains(byte) || contains(byte - 32) {
            result.insert(byte)
            result.insert(byte - 32)
        }
        return result
    }

    static func == (left: ByteSet, right: ByteSet) -> Bool { left.low == right.low && left.high == right.high }

    func hash(into hasher: inout Hasher) {
        hasher.combine(low.0)
        hasher.combine(low.1)
        hasher.combine(high.0)
        hasher.combine(high.1)
    }
}
