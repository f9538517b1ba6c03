/// Reads the text of a pattern.
struct PatternParser {
    private let text: [Unicode.Scalar]
    private var at = 0
    private var depth = 0
    private var isCaseless = false
    private(set) var groupCount = 0

    private static let depthLimit = 100
    private static let countLimit = 1000

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    mutating func pattern() throws(TextPatternError) -> PatternNode {
        if text.starts(with: "(?i)".unicodeScalars) {
            isCaseless = true
            at = 4
        }
        let node = try choice()
        guard at == text.count else { throw error("the bracket ) closes nothing; write \\) for the character") }
        return node
    }

    private func error(_ reason: String, at position: Int? = nil) -> TextPatternError {
        TextPatternError(.syntax, reason, position: (position ?? at) + 1)
    }

    private var next: Unicode.Scalar? { at < text.count ? text[at] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        at += 1
        return true
    }

    private mutating func choice() throws(TextPatternError) -> PatternNode {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(TextPatternError) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            let start = at
            let atom = try atom()
            nodes.append(try repeated(atom, from: start))
        }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func atom() throws(TextPatternError) -> PatternNode {
        let start = at
        let scalar = text[at]
        at += 1
        switch scalar {
        case "(": return try group(from: start)
        case "[": return try bracket(from: start)
        case ".": return Self.character(ByteSet([0x0A]).asciiComplement, othersToo: true)
        case "^": return .assertion(.lineStart)
        case "$": return .assertion(.lineEnd)
        case "*", "+", "?": throw error("there is nothing before \(scalar) to repeat; write \\\(scalar)", at: start)
        case "\\": return try escape(from: start)
        default: return literal(scalar)
        }
    }

    private mutating func group(from start: Int) throws(TextPatternError) -> PatternNode {
        var index: Int?
        if take("?") {
            guard take(":") else {
                throw error("of the groups (?…) only (?: ) is known, and (?i) at the beginning", at: start)
            }
        } else {
            index = groupCount
            groupCount += 1
        }
        depth += 1
        guard depth <= Self.depthLimit else { throw error("brackets are nested too deep", at: start) }
        let node = try choice()
        depth -= 1
        guard take(")") else { throw error("the bracket ( is never closed; write \\( for the character", at: start) }
        return index.map { .group(node, index: $0) } ?? node
    }

    private mutating func repeated(_ atom: PatternNode, from start: Int) throws(TextPatternError) -> PatternNode {
        let sign = at
        guard let (least, most) = try counts() else { return atom }
        if case .assertion = atom { throw error("what stands for a place cannot be repeated", at: start) }
        let isGreedy = !take("?")
        if let most, most < least { throw error("the counts are in the wrong order", at: sign) }
        if max(least, most ?? 0) > Self.countLimit {
            throw error("a count is above \(Self.countLimit)", at: sign)
        }
        let end = at
        if try counts() != nil { throw error("a repetition cannot be repeated; put it in (?: )", at: end) }
        return .repetition(atom, least: least, most: most, isGreedy: isGreedy)
    }

    private mutating func counts() throws(TextPatternError) -> (least: Int, most: Int?)? {
        switch next {
        case "*":
            at += 1
            return (0, nil)
        case "+":
            at += 1
            return (1, nil)
        case "?":
            at += 1
            return (0, 1)
        case "{": return braces()
        default: return nil
        }
    }

    /// `{2}`, `{2,}`, `{2,5}`; nil for a brace that is a character.
    private mutating func braces() -> (least: Int, most: Int?)? {
        guard let end = text[at...].firstIndex(of: "}") else { return nil }
        let inner = String(String.UnicodeScalarView(text[(at + 1)..<end]))
        let parts = inner.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            !parts[0].isEmpty
        else { return nil }
        // What is no Int is above every limit.
        let least = Int(parts[0]) ?? .max
        at = end + 1
        guard parts.count == 2 else { return (least, least) }
        return (least, parts[1].isEmpty ? nil : Int(parts[1]) ?? .max)
    }

    // MARK: characters

    private func literal(_ scalar: Unicode.Scalar) -> PatternNode {
        guard scalar.isASCII else { return .sequence(UTF8.encode(scalar)!.map { .byte(ByteSet([$0])) }) }
        let set = ByteSet([UInt8(scalar.value)])
        return .byte(isCaseless ? set.caseless : set)
    }

    /// One of the ASCII characters, or any other.
    private static func character(_ ascii: ByteSet, othersToo: Bool) -> PatternNode {
        guard othersToo else { return .byte(ascii) }
        let other: PatternNode = .sequence([
            .byte(ByteSet(0x80...0xFF)),
            .repetition(.byte(ByteSet(0x80...0xBF)), least: 0, most: nil, isGreedy: true), .assertion(.characterEdge),
        ])
        return .choice([.byte(ascii), other])
    }

    /// `\d` and the like: which ASCII characters, and whether all others.
    private static func shorthand(_ scalar: Unicode.Scalar) -> (ByteSet, othersToo: Bool)? {
        switch scalar {
        case "d": (.digits, false)
        case "D": (ByteSet.digits.asciiComplement, true)
        case "w": (.word, false)
        case "W": (ByteSet.word.asciiComplement, true)
        case "s": (.space, false)
        case "S": (ByteSet.space.asciiComplement, true)
        default: nil
        }
    }

    private mutating func escape(from start: Int) throws(TextPatternError) -> PatternNode {
        guard let scalar = next else { throw error("a backslash ends the pattern; write \\\\", at: start) }
        if scalar == "b" || scalar == "B" {
            at += 1
            return .assertion(scalar == "b" ? .wordEdge : .noWordEdge)
        }
        if let (set, othersToo) = Self.shorthand(scalar) {
            at += 1
            return Self.character(set, othersToo: othersToo)
        }
        return literal(try escapedCharacter(from: start))
    }

    /// The character that a backslash before the next one means.
    private mutating func escapedCharacter(from start: Int) throws(TextPatternError) -> Unicode.Scalar {
        guard let scalar = next else { throw error("a backslash ends the pattern; write \\\\", at: start) }
        at += 1
        switch scalar {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "f": return "\u{0C}"
        case "v": return "\u{0B}"
        default:
            guard !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
                throw error("\\\(scalar) means nothing here", at: start)
            }
            return scalar
        }
    }

    private mutating func bracket(from start: Int) throws(TextPatternError) -> PatternNode {
        let isNegated = take("^")
        var (set, othersToo) = (ByteSet(), false)
        var others: [Unicode.Scalar] = []
        var isFirst = true
        while isFirst || next != "]" {
            guard let scalar = next else { throw error("the bracket [ is never closed; write \\[", at: start) }
            isFirst = false
            let place = at
            if scalar == "[", at + 1 < text.count, text[at + 1] == ":" {
                throw error("[:…:] is not known; write \\d, \\w, \\s or a range such as a-z", at: place)
            }
            at += 1
            if scalar == "\\", let inner = next, let (found, all) = Self.shorthand(inner) {
                at += 1
                set.formUnion(found)
                othersToo = othersToo || all
                continue
            }
            let low = scalar == "\\" ? try escapedCharacter(from: place) : scalar
            var high = low
            if next == "-", at + 1 < text.count, text[at + 1] != "]" {
                at += 1
                let end = text[at]
                at += 1
                high = end == "\\" ? try escapedCharacter(from: place) : end
            }
            guard low == high || low.isASCII && high.isASCII && low <= high else {
                throw error("a range goes from one ASCII character to a later one", at: place)
            }
            if low.isASCII {
                for value in low.value...high.value { set.insert(UInt8(value)) }
            } else {
                others.append(low)
            }
        }
        at += 1
        if isCaseless { set = set.caseless }
        guard isNegated else {
            let node = Self.character(set, othersToo: othersToo)
            return others.isEmpty ? node : .choice([node] + others.map(literal))
        }
        guard others.isEmpty else { throw error("[^ ] takes ASCII characters only", at: start) }
        return Self.character(set.asciiComplement, othersToo: !othersToo)
    }
}
