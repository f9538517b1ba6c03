/// Runs a pattern's program over a text: all threads at once, byte by byte, so that no byte is looked at twice by the same
/// instruction (Pike's method).
struct PatternMachine {
    /// Threads by preference, each with the slots that it has filled.
    private struct Threads {
        var order: [Int] = []
        /// In which generation an instruction got a thread.
        var marks: [Int]
        var slots: [Int]

        init(_ program: PatternProgram) {
            marks = Array(repeating: -1, count: program.instructions.count)
            slots = Array(repeating: -1, count: program.instructions.count * program.slotCount)
        }
    }

    private enum Task {
        case follow(Int)
        case restore(slot: Int, value: Int)
    }

    private let program: PatternProgram
    private var current: Threads
    private var following: Threads
    private var generation = 0
    private var steps: Int
    private var stack: [Task] = []
    /// The slots of the thread that goes on.
    private var slots: [Int]

    /// - Parameter steps: the most that all searches of this machine may take.
    init(_ program: PatternProgram, steps: Int) {
        self.program = program
        self.steps = steps
        current = Threads(program)
        following = Threads(program)
        slots = Array(repeating: -1, count: program.slotCount)
    }

    /// The first match that begins at `start` or later.
    mutating func match(in text: [UInt8], from start: Int) throws(TextPatternError) -> TextMatch? {
        let count = program.slotCount
        var found: [Int]?
        var at = start
        current.order.removeAll(keepingCapacity: true)
        generation += 1
        while true {
            if current.order.isEmpty {
                if found != nil { break }
                if let first = program.firstBytes {
                    while at < text.count, !first.contains(text[at]) { at += 1 }
                    if at == text.count { break }
                }
            }
            if found == nil {
                for index in 0..<count { slots[index] = -1 }
                Self.add(0, &slots, text, at, program, generation, &current, &stack)
            }
            generation += 1
            following.order.removeAll(keepingCapacity: true)
            steps -= current.order.count
            guard steps >= 0 else {
                throw TextPatternError(
                    .tooCostly, "the pattern takes too long on this text; make it more definite")
            }
            threads: for instruction in current.order {
                let base = instruction * count
                switch program.instructions[instruction] {
                case .byte(let set):
                    if at < text.count, set.contains(text[at]) {
                        for index in 0..<count { slots[index] = current.slots[base + index] }
                        Self.add(instruction + 1, &slots, text, at + 1, program, generation, &following, &stack)
                    }
                case .match:
                    found = Array(current.slots[base..<(base + count)])
                    // The others are less preferred.
                    break threads
                case .split, .jump, .save, .assertion: break
                }
            }
            swap(&current, &following)
            if at >= text.count { break }
            at += 1
        }
        return found.map(Self.match)
    }

    private static func match(_ slots: [Int]) -> TextMatch {
        let groups = stride(from: 2, to: slots.count, by: 2).map { index -> Range<Int>? in
            slots[index] >= 0 && slots[index + 1] >= 0 ? slots[index]..<slots[index + 1] : nil
        }
        return TextMatch(range: slots[0]..<slots[1], groups: groups)
    }

    /// Gives a thread to an instruction, and to all that follow from it without a byte.
    private static func add(
        _ start: Int, _ slots: inout [Int], _ text: [UInt8], _ at: Int, _ program: PatternProgram, _ generation: Int,
        _ threads: inout Threads, _ stack: inout [Task]
    ) {
        stack.append(.follow(start))
        while let task = stack.popLast() {
            switch task {
            case .restore(let slot, let value): slots[slot] = value
            case .follow(let instruction):
                if threads.marks[instruction] == generation { continue }
                threads.marks[instruction] = generation
                switch program.instructions[instruction] {
                case .jump(let target): stack.append(.follow(target))
                case .split(let first, let second):
                    stack.append(.follow(second))
                    stack.append(.follow(first))
                case .save(let slot):
                    stack.append(.restore(slot: slot, value: slots[slot]))
                    slots[slot] = at
                    stack.append(.follow(instruction + 1))
                case .assertion(let assertion):
                    if assertion.holds(in: text, at: at) { stack.append(.follow(instruction + 1)) }
                case .byte, .match:
                    threads.order.append(instruction)
                    let base = instruction * slots.count
                    for index in slots.indices { threads.slots[base + index] = slots[index] }
                }
            }
        }
    }
}
