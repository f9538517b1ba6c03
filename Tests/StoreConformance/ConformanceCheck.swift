/// One promise of the store protocols, to be kept by every backend.
public struct ConformanceCheck: Sendable, CustomStringConvertible {
    public enum Group: String, Sendable, Hashable, CaseIterable {
        case queue, deadLetters, table, updates, dispatcher, results, objects, notifier, users
    }

    public let group: Group
    /// The promise, as a sentence.
    public let name: String
    /// Checks it on a store that holds nothing. Throws a `ConformanceFailure`, or what the store throws.
    public let run: @Sendable (StoreUnderTest) async throws -> Void

    init(_ group: Group, _ name: String, _ run: @escaping @Sendable (StoreUnderTest) async throws -> Void) {
        self.group = group
        self.name = name
        self.run = run
    }

    public var description: String { "\(group.rawValue): \(name)" }

    public static let all: [ConformanceCheck] =
        queue + leases + waiting + deadLetters + sessions + jobs + updates + stateMachine + dispatcher + results
        + objects + listings + notifier + users
}
