public import Logging
public import Stores

/// Keeps an Auto Scaling group from choosing this instance when it shrinks, while the instance has work.
///
/// Calls are rare: a change goes out at once when none went out in the last 30 seconds, otherwise after them, and not
/// at all when it was taken back until then.
public actor ScaleInProtection {
    private let calls: AutoScaling
    private let time: any TimeSource
    private let log: Logger
    private let interval: Duration
    private let troubles = RepeatFilter()

    /// Nil before the first `set`.
    private var wanted: Bool?
    /// What the group knows; nil before it was asked, and when a call may have failed half-way.
    private var applied: Bool?
    private var group: String?
    private var lastCall: Instant?
    private var failures = 0
    /// Nothing is to be done any more: the instance is in no group, or `finish()` was called.
    private var isOver = false
    private var work: Task<Void, Never>?

    /// - Parameters:
    ///   - service: `autoscaling` in the instance's region.
    ///   - interval: the least time between two changes.
    public init(
        service: AWSService, instanceID: String, time: any TimeSource, log: Logger, interval: Duration = .seconds(30)
    ) {
        calls = AutoScaling(service: service, instanceID: instanceID)
        self.time = time
        self.log = log
        self.interval = interval
    }

    /// Says whether the instance has work, and returns at once. Failures are logged and tried again.
    public func set(_ isProtected: Bool) {
        wanted = isProtected
        guard !isOver, work == nil, wanted != applied else { return }
        work = Task { await settle() }
    }

    /// Ends the protection, so that an instance without a worker is not kept for ever, and forgets later `set`s.
    public func finish() async {
        let work = work
        isOver = true
        work?.cancel()
        await work?.value
        guard let group, applied != false else { return }
        do throws(AWSError) {
            try await calls.setProtection(false, group: group)
            applied = false
        } catch {
            log.warning(
                "the instance stays protected from scale-in; end it by 'aws autoscaling set-instance-protection'",
                ["group": group, "reason": error.description])
        }
    }

    /// Whether no call is on its way and none waits.
    var isSettled: Bool { work == nil }

    private func settle() async {
        defer { work = nil }
        while !isOver, wanted != applied {
            if let lastCall {
                let rest = lastCall + pause - time.instant()
                if rest > .zero {
                    do { try await time.sleep(for: rest) } catch { return }
                    continue
                }
            }
            do throws(AWSError) {
                try await apply()
                failures = 0
                if troubles.change(of: "protection", to: nil) != nil { log.notice("scale-in protection works again") }
            } catch {
                if error.kind == .cancelled { return }
                lastCall = time.instant()
                failures += 1
                if troubles.change(of: "protection", to: error.code) != nil {
                    log.warning("scale-in protection cannot be set", ["reason": error.description])
                }
            }
        }
    }

    /// Longer after failures, up to ten minutes.
    private var pause: Duration {
        failures < 2 ? interval : min(interval * (1 << min(failures - 1, 5)), .seconds(600))
    }

    private func apply() async throws(AWSError) {
        if group == nil {
            guard let membership = try await calls.membership() else {
                isOver = true
                return log.info("the instance is in no Auto Scaling group, so there is no scale-in protection to set")
            }
            group = membership.group
            applied = membership.isProtected
        }
        guard let group, let wanted, wanted != applied else { return }
        applied = nil
        lastCall = time.instant()
        try await calls.setProtection(wanted, group: group)
        applied = wanted
        log.debug("scale-in protection was set", ["group": group, "protected": wanted])
    }
}
