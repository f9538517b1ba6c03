import JournalEvents
import Logging
import Stores

/// Renews the leases of everything that is in hand, from receive to acknowledge, through a drain too.
actor LeaseKeeper {
    private struct Entry {
        /// Held for certain until then, by the monotonic clock.
        var validUntil: Instant
        /// Whether the queue was gone while the lease was held, and the message with it: nobody else can get it, whatever
        /// a queue of the same name says of the lease.
        var isOrphaned = false
        let onLost: @Sendable () -> Void
    }

    private let queue: any JobQueue
    private let time: any TimeSource
    private var visibility: Duration
    private let progress: ProgressLedger
    private let metrics: any Metrics
    private let logger: Logger
    private let troubles: Troubles
    private var entries: [Lease: Entry] = [:]

    init(
        queue: any JobQueue, time: any TimeSource, visibility: Duration, progress: ProgressLedger,
        metrics: any Metrics = NoMetrics(), logger: Logger
    ) {
        self.queue = queue
        self.time = time
        self.visibility = visibility
        self.progress = progress
        self.metrics = metrics
        self.logger = logger
        troubles = Troubles(time: time, logger: logger)
    }

    /// Keeps a lease received at `received`. `onLost` is called at most once, when somebody else has it.
    func keep(_ lease: Lease, receivedAt received: Instant, onLost: @escaping @Sendable () -> Void) {
        entries[lease] = Entry(validUntil: received + visibility, onLost: onLost)
    }

    /// Keeps a lease of an earlier life, of which nobody knows whether it still holds.
    func adopt(_ lease: Lease) {
        entries[lease] = Entry(validUntil: Instant(nanoseconds: 0), onLost: {})
    }

    /// Stops renewing. Always before a release, or a renewal under way could hide the message again.
    func forget(_ leases: [Lease]) {
        for lease in leases { entries[lease] = nil }
    }

    /// Leases in hand.
    var held: Int { entries.count }

    /// Which of these leases are lost. Asks the queue only about those that have not been renewed lately.
    func lost(among leases: [Lease]) async throws(StoreError) -> Set<Lease> {
        let soon = time.instant() + visibility / 3
        let known = leases.filter { entries[$0] != nil }
        var lost = Set(leases).subtracting(known)
        let doubtful = known.filter { entries[$0]!.validUntil < soon }
        if !doubtful.isEmpty { lost.formUnion(try await renew(doubtful)) }
        return lost
    }

    /// Leases last for `visibility` from their next renewals on.
    func renew(for visibility: Duration) { self.visibility = visibility }

    /// Returns, which shows that nothing hangs here.
    func answer() {}

    /// Renews for ever, three times per visibility timeout.
    func run() async {
        defer { progress.rest(.leases) }
        while !Task.isCancelled {
            progress.expect(.leases, after: visibility / 3)
            do { try await time.sleep(for: visibility / 3) } catch { return }
            guard !entries.isEmpty else { continue }
            do {
                _ = try await renew(Array(entries.keys))
                troubles.succeeded("renew", "leases are renewed again", event: JournalEvent.leasesBack)
            } catch {
                if Task.isCancelled { return }
                metrics.observe(.renewalFailed)
                troubles.failed(
                    "renew", error, "leases cannot be renewed, jobs go on", ["leases": entries.count],
                    event: JournalEvent.leasesFail)
            }
        }
    }

    private func renew(_ leases: [Lease]) async throws(StoreError) -> Set<Lease> {
        let asked = time.instant()
        var lost: Set<Lease>
        do throws(StoreError) {
            lost = try await queue.extend(leases, visibility: visibility)
        } catch {
            if error.code == .missing { for lease in leases { entries[lease]?.isOrphaned = true } }
            throw error
        }
        lost = lost.filter { entries[$0]?.isOrphaned != true }
        for lease in leases where !lost.contains(lease) { entries[lease]?.validUntil = asked + visibility }
        metrics.observe(.leasesRenewed(leases.count - lost.count))
        if !lost.isEmpty { metrics.observe(.leasesLost(lost.count)) }
        for lease in lost { entries.removeValue(forKey: lease)?.onLost() }
        return lost
    }
}
