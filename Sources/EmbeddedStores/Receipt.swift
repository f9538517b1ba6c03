import Stores

/// The receipt of a lease: the message's number and how often it had been leased.
struct Receipt: Sendable, Hashable {
    let number: Int
    let generation: Int

    var lease: Lease { Lease(message: String(number), receipt: "\(number).\(generation)") }

    init(number: Int, generation: Int) {
        self.number = number
        self.generation = generation
    }

    /// Nil for what is no receipt of this store: such a lease is lost.
    init?(_ lease: Lease) {
        let parts = lease.receipt.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let generation = Int(parts[1]) else { return nil }
        self.init(number: number, generation: generation)
    }
}
