/// One promise of the store protocols, to be kept by every backend.
public struct ConformanceCheck: Sendable, CustomStringConvertible {
    public enum Group: String, Sendable, Hashable, CaseIterable {
        case queue, deadLetters, table, updates, dispatcher, results, objects, notifier, users

        /// What a store must have for its checks.
        var parts: Set<StoreUnderTest.Part> {
            switch self {
            case .queue, .deadLetters: [.queue]
            case .table, .updates, .results: [.jobs]
            case .dispatcher: [.jobs, .queue]
            case .objects: [.objects]
            case .notifier: [.notifier, .updates]
            case .users: [.users]
            }
        }
    }

    public let group: Group
    /// The promise, as a sentence.
    public let name: String
    /// Checks it on a store that holds nothing. Throws a `ConformanceFailure`, or what the store throws.
    public let run: @Sendable (StoreUnderTest) async throws -> Void

    /// What the store must have.
    public let parts: Set<StoreUnderTest.Part>

    init(
        _ group: Group, _ name: String, with others: Set<StoreUnderTest.Part> = [],
        _ run: @escaping @Sendable (StoreUnderTest) async throws -> Void
    ) {
        self.group = group
        self.name = name
        parts = group.parts.union(others)
        self.run = run
    }

    public var description: String { "\(group.rawValue): \(name)" }

    public static let all: [ConformanceCheck] =
        queue + leases + waiting + deadLetters + sessions + jobs + updates + stateMachine + dispatcher + results
        + objects + listings + notifier + users

    /// The checks of some groups that a store with these parts can be put to.
    public static func checks(of groups: Set<Group>, with parts: Set<StoreUnderTest.Part>) -> [ConformanceCheck] {
        all.filter { groups.contains($0.group) && $0.parts.isSubset(of: parts) }
    }
}
