/// A pattern as instructions for threads that go through the text together.
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        /// Takes one byte out of a set and goes on behind it.
        case byte(ByteSet)
        /// Goes on at both; the first is preferred.
        case split(Int, Int)
        case jump(Int)
        /// Notes the position in a slot.
        case save(Int)
        case assertion(PatternAssertion)
        case match
    }

    private(set) var instructions: [Instruction] = []
    /// Two for the whole, two for each group.
    let slotCount: Int
    /// The bytes that a match can begin with; nil when it may be empty.
    private(set) var firstBytes: ByteSet?

    private static let sizeLimit = 20_000

    init(_ node: PatternNode, groupCount: Int) throws(TextPatternError) {
        slotCount = 2 + 2 * groupCount
        try emit(.save(0))
        try compile(node)
        try emit(.save(1))
        try emit(.match)
        firstBytes = findFirstBytes()
    }

    private mutating func emit(_ instruction: Instruction) throws(TextPatternError) {
        guard instructions.count < Self.sizeLimit else {
            throw TextPatternError(.tooLarge, "the pattern's counts multiply to too much")
        }
        instructions.append(instruction)
    }

    private mutating func compile(_ node: PatternNode) throws(TextPatternError) {
        switch node {
        case .byte(let set): try emit(.byte(set))
        case .assertion(let assertion): try emit(.assertion(assertion))
        case .sequence(let nodes): for node in nodes { try compile(node) }
        case .choice(let nodes): try compileChoice(nodes[...])
        case .group(let node, let index):
            try emit(.save(2 + 2 * index))
            try compile(node)
            try emit(.save(3 + 2 * index))
        case .repetition(let node, let least, let most, let isGreedy):
            for _ in 0..<least { try compile(node) }
            if let most {
                var exits: [Int] = []
                for _ in least..<most {
                    exits.append(instructions.count)
                    try emit(.jump(0))
                    try compile(node)
                }
                for exit in exits { instructions[exit] = split(exit + 1, instructions.count, isGreedy) }
            } else {
                let start = instructions.count
                try emit(.jump(0))
                try compile(node)
                try emit(.jump(start))
                instructions[start] = split(start + 1, instructions.count, isGreedy)
            }
        }
    }

    private mutating func compileChoice(_ nodes: ArraySlice<PatternNode>) throws(TextPatternError) {
        var ends: [Int] = []
        for node in nodes.dropLast() {
            let start = instructions.count
            try emit(.jump(0))
            try compile(node)
            ends.append(instructions.count)
            try emit(.jump(0))
            instructions[start] = .split(start + 1, instructions.count)
        }
        if let last = nodes.last { try compile(last) }
        for end in ends { instructions[end] = .jump(instructions.count) }
    }

    private func split(_ inner: Int, _ beyond: Int, _ isGreedy: Bool) -> Instruction {
        isGreedy ? .split(inner, beyond) : .split(beyond, inner)
    }

    private func findFirstBytes() -> ByteSet? {
        var set = ByteSet()
        var seen = [Bool](repeating: false, count: instructions.count)
        var open = [0]
        while let at = open.popLast() {
            if seen[at] { continue }
            seen[at] = true
            switch instructions[at] {
            case .byte(let bytes): set.formUnion(bytes)
            case .split(let first, let second): open += [first, second]
            case .jump(let target): open.append(target)
            case .save, .assertion: open.append(at + 1)
            case .match: return nil
            }
        }
        return set
    }
}
