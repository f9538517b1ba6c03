public import EventLoop
public import Stores

/// What the notification processor works with, beside what the routes do.
public struct ProcessorServices: Sendable {
    public let lock: any ProcessorLock
    public let source: any NotificationSource
    public let deadLetters: any DeadLetterQueue
    /// Raised when there is a new dead letter; nil where nobody can tell, then they are looked for now and then.
    public let deadLetterSignal: SignalFile?

    public init(
        lock: any ProcessorLock, source: any NotificationSource, deadLetters: any DeadLetterQueue,
        deadLetterSignal: SignalFile? = nil
    ) {
        self.lock = lock
        self.source = source
        self.deadLetters = deadLetters
        self.deadLetterSignal = deadLetterSignal
    }
}
