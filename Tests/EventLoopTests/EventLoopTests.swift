import CPlatform
import Glibc
import Testing
import Threading

@testable import EventLoop

@Suite(.timeLimit(.minutes(1))) struct EventLoopTests {
    /// An actor that lives on a loop.
    private actor Resident {
        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
        let loop: EventLoop
        private(set) var count = 0
        init(loop: EventLoop) { self.loop = loop }
        func increment() -> Bool {
            count += 1
            return loop.isCurrent
        }
    }

    private func makePipe() -> (reader: CInt, writer: CInt) {
        var fds: [CInt] = [-1, -1]
        #expect(pipe(&fds) == 0)
        return (fds[0], fds[1])
    }

    @Test func actorsRunOnTheLoop() async {
        let loop = EventLoop.start()
        defer { loop.stop() }
        let resident = Resident(loop: loop)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<1000 { group.addTask { await resident.increment() } }
            for await isCurrent in group { #expect(isCurrent) }
        }
        #expect(await resident.count == 1000)
        #expect(!loop.isCurrent)
    }

    @Test func bodiesRunInOrder() async {
        let loop = EventLoop.start()
        defer { loop.stop() }
        let seen = Locked<[Int]>([])
        await withCheckedContinuation { done in
            for index in 0..<100 { loop.execute { seen.withLock { $0.append(index) } } }
            loop.execute { done.resume() }
        }
        #expect(seen.withLock { $0 } == Array(0..<100))
    }

    @Test func readableDescriptorCallsItsHandler() async {
        let loop = EventLoop.start()
        defer { loop.stop() }
        let (reader, writer) = makePipe()
        let events = await withCheckedContinuation { done in
            loop.execute {
                loop.watch(reader, events: .readable) { events in
                    loop.unwatch(reader)
                    done.resume(returning: events)
                }
                close(writer)
            }
        }
        #expect(events.contains(.hangUp))
        close(reader)
    }

    @Test func noHandlerAfterUnwatchEvenInTheSameBatch() async {
        let loop = EventLoop.start()
        defer { loop.stop() }
        let pipes = [makePipe(), makePipe()]
        // Both are ready at once; whichever handler is called first ends the other's watch and takes its number.
        let calls = Locked(0)
        await withCheckedContinuation { done in
            loop.execute {
                for (index, pipe) in pipes.enumerated() {
                    loop.watch(pipe.reader, events: .readable) { _ in
                        calls.withLock { $0 += 1 }
                        let other = pipes[1 - index].reader
                        loop.unwatch(pipe.reader)
                        loop.unwatch(other)
                        loop.watch(other, events: []) { _ in calls.withLock { $0 += 100 } }
                        loop.addTimer(after: .zero) {
                            loop.unwatch(other)
                            done.resume()
                        }
                    }
                }
                for pipe in pipes { write(pipe.writer, "x", 1) }
            }
        }
        #expect(calls.withLock { $0 } == 1)
        for pipe in pipes {
            close(pipe.reader)
            close(pipe.writer)
        }
    }

    @Test func timersFireInOrderAndCancelledOnesDoNot() async {
        let loop = EventLoop.start()
        defer { loop.stop() }
        let fired = Locked<[Int]>([])
        await withCheckedContinuation { done in
            loop.execute {
                loop.addTimer(after: .milliseconds(20)) { done.resume() }
                loop.addTimer(after: .milliseconds(10)) { fired.withLock { $0.append(10) } }
                loop.addTimer(after: .milliseconds(1)) { fired.withLock { $0.append(1) } }
                let cancelled = loop.addTimer(after: .milliseconds(5)) { fired.withLock { $0.append(5) } }
                loop.cancelTimer(cancelled)
                loop.addTimer(after: .seconds(Int64.max)) { fired.withLock { $0.append(-1) } }
            }
        }
        #expect(fired.withLock { $0 } == [1, 10])
    }

    @Test func sleepLastsAtLeastItsTime() async throws {
        let loop = EventLoop.start()
        defer { loop.stop() }
        let start = MonotonicClock.now()
        try await loop.sleep(for: .milliseconds(15))
        #expect(MonotonicClock.now() - start >= 15_000_000)
    }

    @Test func cancellationEndsASleep() async {
        let loop = EventLoop.start()
        defer { loop.stop() }
        for _ in 0..<100 {
            let task = Task { try await loop.sleep(for: .seconds(3600)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func stopEndsASleepAndLateWorkStillRuns() async throws {
        let loop = EventLoop.start()
        let resident = Resident(loop: loop)
        let task = Task { try await loop.sleep(for: .seconds(3600)) }
        loop.stop()
        await #expect(throws: CancellationError.self) { try await task.value }
        for _ in 0..<100 { #expect(await resident.increment()) }
        await #expect(throws: CancellationError.self) { try await loop.sleep(for: .seconds(3600)) }
    }

    @Test func idleLoopUsesNoCPU() async throws {
        let loop = EventLoop.start()
        defer { loop.stop() }
        // A timer far away must not make the loop turn either.
        let clock = await withCheckedContinuation { done in
            loop.execute {
                var clock = clockid_t()
                pthread_getcpuclockid(pthread_self(), &clock)
                loop.addTimer(after: .seconds(3600)) {}
                done.resume(returning: clock)
            }
        }
        func used() -> Int {
            var time = timespec()
            clock_gettime(clock, &time)
            return time.tv_sec * 1_000_000_000 + time.tv_nsec
        }
        let other = EventLoop.start()
        defer { other.stop() }
        try await other.sleep(for: .milliseconds(20))
        let before = used()
        try await other.sleep(for: .milliseconds(200))
        #expect(used() == before)
    }

    @Test func durationsAreRoundedUpAndClamped() {
        #expect(Duration.nanoseconds(1).clampedNanoseconds == 1)
        #expect(Duration(secondsComponent: 0, attosecondsComponent: 1).clampedNanoseconds == 1)
        #expect(Duration.seconds(-5).clampedNanoseconds == 0)
        #expect(Duration.seconds(Int64.max).clampedNanoseconds == .max)
    }
}
