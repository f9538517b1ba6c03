public import FOQUSModel

/// What is about to happen to the instance.
public enum InstanceEvent: Sendable, Hashable {
    /// A Spot instance ends or stops at that time.
    case terminating(at: Timestamp)
    /// A Spot instance is likely to be interrupted.
    case rebalance
    /// The instance's Auto Scaling group wants it in another state.
    case lifecycle(LifecycleState)
}

/// A state to which an Auto Scaling group moves an instance (Amazon EC2 Auto Scaling User Guide, "Retrieve the target
/// lifecycle state through instance metadata").
public struct LifecycleState: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// `InService`, `Terminated`, `Standby`, `Detached`, `Warmed:Stopped`, …
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let inService = LifecycleState(rawValue: "InService")
    public static let terminated = LifecycleState(rawValue: "Terminated")
    public static let standby = LifecycleState(rawValue: "Standby")
    public static let detached = LifecycleState(rawValue: "Detached")

    public var description: String { rawValue }

    /// Whether the instance soon runs no more: it ends, or goes (back) to the warm pool. One that is detached or in
    /// standby keeps running.
    public var endsWork: Bool { self == .terminated || rawValue.hasPrefix("Warmed:") }
}
