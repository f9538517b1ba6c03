/// An open-addressing hash table from keys to their positions in an object. It holds positions only; the keys stay
/// where they are and are passed to each call.
struct KeyIndex: Sendable {
    private static let empty: Int32 = -1

    /// A power of two of slots, at most half of them taken.
    private var slots: [Int32]
    private var taken = 0

    init(count: Int, key: (Int) -> String) {
        var capacity = 64
        while capacity < count * 2 { capacity *= 2 }
        slots = Array(repeating: Self.empty, count: capacity)
        for position in 0..<count { insert(position: position, key: key) }
    }

    func position(of wanted: String, key: (Int) -> String) -> Int? {
        var slot = home(of: wanted)
        while slots[slot] != Self.empty {
            let position = Int(slots[slot])
            if sameText(key(position), wanted) { return position }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds the key at `position`, which must not be in the table yet.
    mutating func insert(position: Int, key: (Int) -> String) {
        if (taken + 1) * 2 > slots.count {
            self = KeyIndex(count: position, key: key)
        }
        var slot = home(of: key(position))
        while slots[slot] != Self.empty { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(position)
        taken += 1
    }

    /// Swift's hash is keyed anew in each process, so that nobody can choose colliding keys from outside.
    private func home(of key: String) -> Int {
        key.hashValue & (slots.count - 1)
    }
}
