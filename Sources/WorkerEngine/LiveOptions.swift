import Threading

/// The options as they are now: a reload changes them, and what begins after it goes by the new ones.
final class LiveOptions: Sendable {
    private let options: Locked<WorkerOptions>

    init(_ options: WorkerOptions) { self.options = Locked(options) }

    var current: WorkerOptions { options.withLock { $0 } }

    func replace(_ new: WorkerOptions) { options.withLock { $0 = new } }
}
