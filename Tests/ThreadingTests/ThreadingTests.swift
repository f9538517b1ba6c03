import Glibc
import Testing
import Threading

@Suite(.timeLimit(.minutes(1))) struct ThreadingTests {
    @Test func lockExcludes() async {
        let counter = Locked(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<10_000 { counter.withLock { $0 += 1 } } } }
        }
        #expect(counter.withLock { $0 } == 80_000)
    }

    @Test func lockPassesErrorsOnAndIsFreeAfterwards() {
        struct Failure: Error, Equatable {}
        let value = Locked(1)
        #expect(throws: Failure()) { try value.withLock { _ throws(Failure) in throw Failure() } }
        #expect(value.withLock { $0 } == 1)
    }

    @Test func threadHasItsName() async {
        let name: String = await withCheckedContinuation { continuation in
            WorkThread.start(name: "a-long-thread-name") {
                let file = fopen("/proc/thread-self/comm", "r")
                var line = [CChar](repeating: 0, count: 32)
                fgets(&line, CInt(line.count), file)
                fclose(file)
                continuation.resume(returning: line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
            }
        }
        #expect(name == "a-long-thread-n\n")
    }
}

@Suite(.timeLimit(.minutes(1))) struct BlockingPoolTests {
    @Test func runReturnsValuesAndErrors() async {
        struct Failure: Error, Equatable { let code: Int }
        let pool = BlockingPool(name: "test-pool", limit: 2, idleSeconds: 1)
        #expect(await pool.run { 6 * 7 } == 42)
        await #expect(throws: Failure(code: 3)) {
            try await pool.run { () throws(Failure) -> Int in throw Failure(code: 3) }
        }
    }

    @Test func neverMoreThreadsThanTheLimit() async {
        let pool = BlockingPool(name: "test-pool", limit: 3, idleSeconds: 1)
        let running = Locked((now: 0, most: 0))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    await pool.run {
                        running.withLock {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                        }
                        sched_yield()
                        running.withLock { $0.now -= 1 }
                    }
                }
            }
        }
        #expect(running.withLock { $0.now } == 0)
        #expect((1...3).contains(running.withLock { $0.most }))
    }

    @Test func blockedWorkDoesNotHoldUpOthers() async {
        let pool = BlockingPool(name: "test-pool", limit: 2, idleSeconds: 1)
        var fds: [CInt] = [-1, -1]
        #expect(pipe(&fds) == 0)
        let (reader, writer) = (fds[0], fds[1])
        let blocked = Task {
            await pool.run {
                var byte: UInt8 = 0
                return read(reader, &byte, 1)
            }
        }
        // Runs on the other thread, and releases the first.
        #expect(await pool.run { write(writer, "x", 1) } == 1)
        #expect(await blocked.value == 1)
        close(reader)
        close(writer)
    }

    @Test func workRunsInOrderOnOneThread() async {
        let pool = BlockingPool(name: "test-pool", limit: 1, idleSeconds: 1)
        let seen = Locked<[Int]>([])
        for index in 0..<3000 { pool.submit { seen.withLock { $0.append(index) } } }
        await pool.run {}
        #expect(seen.withLock { $0 } == Array(0..<3000))
    }

    @Test func idleThreadsEndAndWorkStartsThemAgain() async {
        let pool = BlockingPool(name: "idle-pool", limit: 2, idleSeconds: 0)
        for _ in 0..<200 {
            await pool.run {}
            sched_yield()
        }
        #expect(await pool.run { 1 } == 1)
    }
}
