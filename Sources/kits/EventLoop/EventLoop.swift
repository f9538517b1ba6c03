import CPlatform
import Glibc
import Synchronization
import Threading

/// One thread with an epoll set, timers and a queue of jobs.
///
/// It is a `SerialExecutor`: an actor that returns it from `unownedExecutor` runs on the loop's thread, together with
/// the handlers of descriptors and timers. So C libraries that are not thread safe need no lock, and what must come
/// from one long-lived thread (a spawn with PR_SET_PDEATHSIG) does. Nothing on the loop may block.
///
/// A loop with nothing due sleeps in epoll_wait without a timeout and uses no CPU. It lives until `stop()`.
public final class EventLoop: SerialExecutor {
    public typealias Handler = @Sendable (IOEvents) -> Void

    private enum Work {
        case job(UnownedJob)
        case body(@Sendable () -> Void)
    }

    /// What other threads hand over.
    private struct Inbox {
        var work: [Work] = []
        /// The thread is in epoll_wait, or about to be, and must be woken for new work.
        var isSleeping = false
        var isStopping = false
        var hasThread = false
    }

    private struct Watch {
        let generation: UInt32
        let handler: Handler
    }

    /// What only the loop's own thread touches; `precondition(isCurrent)` guards each way in.
    private struct Local {
        var watches: [CInt: Watch] = [:]
        var generation: UInt32 = 0
        var timers = TimerQueue()
        var isStopping = false
    }

    /// The name of the thread; the system shows 15 bytes of it.
    public let name: String
    private let epollFD: CInt
    private let wakeFD: CInt
    private let inbox = Locked(Inbox())
    private let threadID = Atomic<UInt>(0)
    nonisolated(unsafe) private var local = Local()
    let fileEvents = FileEvents()

    private init(name: String) {
        self.name = name
        epollFD = epoll_create1(CInt(EPOLL_CLOEXEC))
        wakeFD = eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK))
        precondition(epollFD >= 0 && wakeFD >= 0, "no descriptors left for an event loop (errno \(errno))")
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(u64: Self.token(fd: wakeFD, generation: 0)))
        epoll_ctl(epollFD, EPOLL_CTL_ADD, wakeFD, &event)
    }

    deinit {
        close(epollFD)
        close(wakeFD)
    }

    /// Starts a loop on a thread of its own. Traps when the system has no descriptor or thread left for it.
    public static func start(name: String = "event-loop") -> EventLoop {
        let loop = EventLoop(name: name)
        loop.inbox.withLock { $0.hasThread = true }
        WorkThread.start(name: name) { loop.run() }
        return loop
    }

    /// Ends the loop from any thread, without waiting for the end.
    ///
    /// What is queued still runs, also what is queued later by actors that live here; sleeping and waiting tasks
    /// resume at once. Descriptors are watched no more, so stop what uses the loop first.
    public func stop() {
        let mustWake = inbox.withLock { inbox in
            inbox.isStopping = true
            defer { inbox.isSleeping = false }
            return inbox.isSleeping
        }
        if mustWake { wake() }
    }

    /// Whether the caller runs on the loop's thread.
    public var isCurrent: Bool { threadID.load(ordering: .relaxed) == UInt(pthread_self()) }

    // MARK: work from any thread

    public func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

    /// Runs `body` on the loop, in turn with the jobs of its actors.
    public func execute(_ body: @escaping @Sendable () -> Void) { add(.body(body)) }

    public func checkIsolated() { precondition(isCurrent, "not on the event loop \(name)") }
    public func isIsolatingCurrentContext() -> Bool? { isCurrent }

    private func add(_ work: sending Work) {
        let (mustWake, mustStart) = inbox.withLock { inbox in
            inbox.work.append(work)
            defer {
                inbox.isSleeping = false
                inbox.hasThread = true
            }
            return (inbox.isSleeping, !inbox.hasThread)
        }
        if mustWake { wake() }
        // The loop has ended, but a job never run would be a task that hangs.
        if mustStart { WorkThread.start(name: name) { self.run() } }
    }

    private func wake() {
        var one: UInt64 = 1
        write(wakeFD, &one, 8)
    }

    // MARK: descriptors (on the loop only)

    /// Calls `handler` on the loop whenever one of `events` is up (level triggered). Watching a descriptor again
    /// replaces events and handler.
    ///
    /// Call on the loop, and `unwatch` before closing the descriptor. Traps for a descriptor epoll cannot watch: a
    /// closed one or a regular file.
    public func watch(_ fd: CInt, events: IOEvents, handler: @escaping Handler) {
        checkIsolated()
        local.generation &+= 1
        let token = Self.token(fd: fd, generation: local.generation)
        var event = epoll_event(events: events.rawValue, data: epoll_data(u64: token))
        let isKnown =
            local.watches.updateValue(Watch(generation: local.generation, handler: handler), forKey: fd) != nil
        let code = epoll_ctl(epollFD, isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event)
        precondition(code == 0, "descriptor \(fd) cannot be watched (errno \(errno))")
    }

    /// Ends `watch`. No handler is called after it, not even for an event that is already here. Call on the loop.
    public func unwatch(_ fd: CInt) {
        checkIsolated()
        guard local.watches.removeValue(forKey: fd) != nil else { return }
        epoll_ctl(epollFD, EPOLL_CTL_DEL, fd, nil)
    }

    /// A number of a closed descriptor is soon used again; the generation tells events of the old one apart.
    private static func token(fd: CInt, generation: UInt32) -> UInt64 {
        UInt64(generation) << 32 | UInt64(UInt32(bitPattern: fd))
    }

    // MARK: timers (on the loop only)

    /// Calls `action` on the loop once `delay` has passed, at a resolution of one millisecond. Call on the loop.
    @discardableResult
    public func addTimer(after delay: Duration, action: @escaping @Sendable () -> Void) -> TimerID {
        addTimer(after: delay, action: action, abandon: nil)
    }

    /// - Parameter abandon: called instead of `action` when the loop ends first.
    func addTimer(
        after delay: Duration, action: @escaping @Sendable () -> Void, abandon: (@Sendable () -> Void)?
    ) -> TimerID {
        checkIsolated()
        let (deadline, overflow) = MonotonicClock.now().addingReportingOverflow(delay.clampedNanoseconds)
        return local.timers.add(
            deadline: overflow ? .max : deadline, TimerQueue.Actions(fire: action, abandon: abandon))
    }

    /// Does nothing when the timer has fired or was cancelled. Call on the loop.
    public func cancelTimer(_ id: TimerID) {
        checkIsolated()
        local.timers.cancel(id)
    }

    // MARK: the thread

    private func run() {
        threadID.store(UInt(pthread_self()), ordering: .relaxed)
        let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 64)
        defer { events.deallocate() }
        while true {
            runWork()
            fireTimers()
            let timeout = timeout()
            let (isStopping, hasWork) = inbox.withLock { inbox in
                inbox.isSleeping = inbox.work.isEmpty && !inbox.isStopping
                return (inbox.isStopping, !inbox.work.isEmpty)
            }
            if isStopping {
                if finish() { return }
                continue
            }
            let count = epoll_wait(epollFD, events.baseAddress!, CInt(events.count), hasWork ? 0 : timeout)
            if count > 0 { dispatch(events[..<Int(count)]) }
        }
    }

    private func runWork() {
        let work = inbox.withLock { inbox in
            let work = inbox.work
            inbox.work.removeAll(keepingCapacity: work.count <= 1024)
            return work
        }
        for item in work {
            switch item {
            case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
            case .body(let body): body()
            }
        }
    }

    private func dispatch(_ events: Slice<UnsafeMutableBufferPointer<epoll_event>>) {
        for event in events {
            let fd = CInt(bitPattern: UInt32(truncatingIfNeeded: event.data.u64))
            if fd == wakeFD {
                var value: UInt64 = 0
                read(wakeFD, &value, 8)
            } else if let watch = local.watches[fd], watch.generation == UInt32(event.data.u64 >> 32) {
                watch.handler(IOEvents(rawValue: event.events))
            }
        }
    }

    private func fireTimers() {
        guard let deadline = local.timers.nextDeadline() else { return }
        let now = MonotonicClock.now()
        guard deadline <= now else { return }
        while let timer = local.timers.popDue(at: now) { timer.fire() }
    }

    /// Milliseconds until the next timer, rounded up; -1 without any.
    private func timeout() -> CInt {
        guard let deadline = local.timers.nextDeadline() else { return -1 }
        let now = MonotonicClock.now()
        guard deadline > now else { return 0 }
        return CInt(clamping: (deadline - now + 999_999) / 1_000_000)
    }

    /// Returns true when nothing is left to do; the thread no longer counts as the loop's then.
    private func finish() -> Bool {
        for timer in local.timers.removeAll() { timer.abandon?() }
        local.watches = [:]
        return inbox.withLock { inbox in
            guard inbox.work.isEmpty else { return false }
            inbox.hasThread = false
            threadID.store(0, ordering: .relaxed)
            return true
        }
    }
}
