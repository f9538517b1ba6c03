/// What went wrong in a store, whatever the backend.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable {
        /// Out of reach for now; trying again may help.
        case unavailable
        /// Too many calls for now.
        case throttled
        /// What was asked for is not there.
        case notFound
        /// The store itself is not there: a queue, a bucket, a table. Somebody may make it again.
        case missing
        /// A condition did not hold; nothing was changed.
        case conflict
        /// The store refuses this caller.
        case denied
        /// The request cannot be right.
        case invalid
        /// No space is left.
        case full
        /// What the store holds cannot be read.
        case corrupt
    }

    public let code: Code
    /// What was tried, as `receive from the job queue`.
    public let operation: String
    /// Why it failed and, where one is known, the remedy.
    public let reason: String
    public let underlying: (any Error)?

    public init(_ code: Code, _ operation: String, _ reason: String, underlying: (any Error)? = nil) {
        self.code = code
        self.operation = operation
        self.reason = reason
        self.underlying = underlying
    }

    public var description: String { "cannot \(operation): \(reason)" }

    /// Whether trying the same again later can succeed.
    public var isTransient: Bool {
        switch code {
        case .unavailable, .throttled, .full, .missing: true
        case .notFound, .conflict, .denied, .invalid, .corrupt: false
        }
    }

    /// Whether it is the store that fails, and not what was asked of it: the same can succeed once the store, or what it
    /// permits, is in order again.
    public var isOutage: Bool { isTransient || code == .denied }
}
