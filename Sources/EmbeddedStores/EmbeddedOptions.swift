/// How a process uses an embedded store.
public struct EmbeddedOptions: Sendable, Hashable {
    /// What kind of process it is: decides what a power loss may undo.
    public enum Role: Sendable, Hashable {
        /// What was accepted survives a power loss: each transaction reaches the disk before it is confirmed.
        case gateway
        /// A power loss may undo the last transactions, all together: their jobs run again.
        case worker
        /// A short-lived administration program, as careful as a gateway.
        case tool

        var isDurable: Bool { self != .worker }
    }

    public var role: Role
    /// A message received this often without being acknowledged becomes a dead letter at the next receive.
    public var maxReceives: Int
    /// How many notifications stay for inspection after they were processed.
    public var notificationRetention: Int

    public init(
        role: Role, maxReceives: Int = 5, notificationRetention: Int = 100_000
    ) {
        self.role = role
        self.maxReceives = maxReceives
        self.notificationRetention = notificationRetention
    }
}
