import Testing
import Threading

@testable import EventLoop

@Suite struct TimerQueueTests {
    private func actions(_ fired: Locked<[UInt64]>, _ value: UInt64) -> TimerQueue.Actions {
        TimerQueue.Actions(fire: { fired.withLock { $0.append(value) } }, abandon: nil)
    }

    @Test func popsByDeadline() {
        var queue = TimerQueue()
        var random = SystemRandomNumberGenerator()
        let deadlines = (0..<500).map { _ in UInt64.random(in: 0..<1000, using: &random) }
        let fired = Locked<[UInt64]>([])
        for deadline in deadlines { _ = queue.add(deadline: deadline, actions(fired, deadline)) }
        #expect(queue.nextDeadline() == deadlines.min())
        while let due = queue.popDue(at: 1000) { due.fire() }
        #expect(fired.withLock { $0 } == deadlines.sorted())
        #expect(queue.count == 0)
    }

    @Test func popsOnlyWhatIsDue() {
        var queue = TimerQueue()
        let fired = Locked<[UInt64]>([])
        for deadline: UInt64 in [30, 10, 20] { _ = queue.add(deadline: deadline, actions(fired, deadline)) }
        while let due = queue.popDue(at: 20) { due.fire() }
        #expect(fired.withLock { $0 } == [10, 20])
        #expect(queue.nextDeadline() == 30)
    }

    @Test func equalDeadlinesKeepTheirOrder() {
        var queue = TimerQueue()
        let fired = Locked<[UInt64]>([])
        for value: UInt64 in 0..<50 { _ = queue.add(deadline: 7, actions(fired, value)) }
        while let due = queue.popDue(at: 7) { due.fire() }
        #expect(fired.withLock { $0 } == Array(0..<50))
    }

    @Test func cancelledTimersAreGone() {
        var queue = TimerQueue()
        let fired = Locked<[UInt64]>([])
        let ids = (0..<1000).map { queue.add(deadline: UInt64(1000 - $0), actions(fired, UInt64(1000 - $0))) }
        for (index, id) in ids.enumerated() where index % 10 != 0 { queue.cancel(id) }
        queue.cancel(ids[1])
        #expect(queue.count == 100)
        #expect(queue.nextDeadline() == 10)
        while let due = queue.popDue(at: .max) { due.fire() }
        #expect(fired.withLock { $0 } == stride(from: 10, through: 1000, by: 10).map(UInt64.init))
    }
}
