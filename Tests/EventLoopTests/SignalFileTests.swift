import EventLoop
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1))) struct SignalFileTests {
    private static let long = Duration.seconds(3600)

    private func withSignal(_ body: (EventLoop, String) async throws -> Void) async throws {
        let loop = EventLoop.start(name: "signal-test")
        defer { loop.stop() }
        let directory = String(cString: mkdtemp(strdup("/tmp/signal-file-XXXXXX")))
        let path = directory + "/signal"
        defer {
            unlink(path)
            rmdir(directory)
        }
        try await body(loop, path)
    }

    @Test func raiseWakesTheWaiter() async throws {
        try await withSignal { loop, path in
            let signal = try SignalFile(path: path, loop: loop)
            let start = signal.generation
            signal.raise()
            let next = await signal.wait(since: start, timeout: Self.long)
            #expect(next > start)
        }
    }

    @Test func raiseBeforeWaitIsNotMissed() async throws {
        try await withSignal { loop, path in
            let waiter = try SignalFile(path: path, loop: loop)
            let other = try SignalFile(path: path, loop: loop)
            for _ in 0..<200 {
                let generation = waiter.generation
                other.raise()
                #expect(await waiter.wait(since: generation, timeout: Self.long) > generation)
            }
        }
    }

    @Test func raiseOfAnotherProcessWakes() async throws {
        try await withSignal { loop, path in
            let signal = try SignalFile(path: path, loop: loop)
            let generation = signal.generation
            #expect(system("printf x > '\(path)'") == 0)
            #expect(await signal.wait(since: generation, timeout: Self.long) > generation)
        }
    }

    @Test func raiseByPathNeedsNoLoopAndCreatesTheFile() async throws {
        try await withSignal { loop, path in
            try SignalFile.raise(path: path)
            let signal = try SignalFile(path: path, loop: loop)
            let generation = signal.generation
            try SignalFile.raise(path: path)
            #expect(await signal.wait(since: generation, timeout: Self.long) > generation)
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(status.st_size == 1)
        }
    }

    @Test func allWaitersWake() async throws {
        try await withSignal { loop, path in
            let signal = try SignalFile(path: path, loop: loop)
            let generation = signal.generation
            await withTaskGroup(of: UInt64.self) { group in
                for _ in 0..<20 { group.addTask { await signal.wait(since: generation, timeout: Self.long) } }
                signal.raise()
                for await next in group { #expect(next > generation) }
            }
        }
    }

    @Test func timeoutAndCancellationReturnTheSameGeneration() async throws {
        try await withSignal { loop, path in
            let signal = try SignalFile(path: path, loop: loop)
            let generation = signal.generation
            #expect(await signal.wait(since: generation, timeout: .milliseconds(5)) == generation)
            for _ in 0..<100 {
                let task = Task { await signal.wait(since: generation, timeout: Self.long) }
                task.cancel()
                #expect(await task.value == generation)
            }
        }
    }

    @Test func removedFileIsWatchedAnew() async throws {
        try await withSignal { loop, path in
            let signal = try SignalFile(path: path, loop: loop)
            var generation = signal.generation
            #expect(unlink(path) == 0)
            generation = await signal.wait(since: generation, timeout: Self.long)
            try SignalFile.raise(path: path)
            #expect(await signal.wait(since: generation, timeout: Self.long) > generation)
        }
    }

    @Test func stoppedLoopReleasesTheWaiter() async throws {
        try await withSignal { loop, path in
            let signal = try SignalFile(path: path, loop: loop)
            let generation = signal.generation
            let task = Task { await signal.wait(since: generation, timeout: Self.long) }
            loop.stop()
            #expect(await task.value == generation)
        }
    }

    @Test func missingDirectoryIsATypedError() throws {
        let error = #expect(throws: SignalFileError.self) { try SignalFile.raise(path: "/nonexistent/signal") }
        #expect(error?.operation == .open)
        #expect(error?.code == ENOENT)
        #expect(error?.description == "cannot open the signal file /nonexistent/signal: No such file or directory")
    }
}
