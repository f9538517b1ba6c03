import Glibc
import ProcessKit
import Testing
import Threading

/// Whole trees of processes end, whatever they do.
@Suite(.timeLimit(.minutes(1))) struct TreeTests {
    private static let count = Locked(0)

    /// A script that reports lines and has a cookie of its own.
    private func tree(_ script: String) -> Command {
        let number = Self.count.withLock { count in
            count += 1
            return count
        }
        return shell(script) {
            $0.stdout = .pipe
            $0.cookie = "test-\(getpid())-\(number)"
        }
    }

    /// Reads the process numbers a script reports, one a line.
    private func pids(_ count: Int, from process: RunningProcess) async throws -> [Int32] {
        var pids: [Int32] = []
        for _ in 0..<count {
            let line = try #require(try await process.lines.nextText())
            pids.append(try #require(Int32(line)))
        }
        return pids
    }

    @Test func stopSendsTerm() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(tree("trap 'exit 42' TERM; echo 0; while :; do sleep 0.01; done"))
            _ = try await pids(1, from: process)
            #expect(await process.stop(grace: .seconds(50)) == .exited(42))
        }
    }

    @Test func ignoredTermIsKilledAfterTheGrace() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(tree("trap '' TERM; echo $$; while :; do sleep 1; done"))
            let pids = try await pids(1, from: process)
            #expect(await process.stop(grace: .milliseconds(20)) == .signaled(SIGKILL))
            #expect(!exists(pids[0]))
        }
    }

    @Test func stoppedProgramTakesTerm() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(tree("trap 'exit 7' TERM; echo 0; kill -STOP $$; sleep 1000"))
            _ = try await pids(1, from: process)
            #expect(await process.stop(grace: .seconds(50)) == .exited(7))
        }
    }

    @Test func membersOfTheGroupMayUseTheGrace() async throws {
        try await withSupervisor { supervisor, directory in
            // The shell ends at once by SIGTERM; its child needs a while to save its work.
            let inner =
                "trap 'sleep 0.05; echo saved > \(directory)/saved; exit' TERM; echo 0; while :; do sleep 0.01; done"
            let process = try await supervisor.spawn(tree("sh -c \"\(inner)\" & wait"))
            _ = try await pids(1, from: process)
            #expect(await process.stop(grace: .seconds(50)) == .signaled(SIGTERM))
            #expect(contents(of: directory + "/saved") == "saved\n")
        }
    }

    @Test func killTakesGrandchildrenInOtherSessions() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(
                tree("trap '' TERM; setsid sh -c 'trap \"\" TERM; echo $$; sleep 1000 & echo $!; wait' & wait"))
            let pids = try await pids(2, from: process)
            #expect(await process.kill() == .signaled(SIGKILL))
            for pid in pids { #expect(!exists(pid)) }
        }
    }

    @Test func killTakesGrandchildrenWithoutCookie() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(
                tree("env -i PATH=$PATH setsid sh -c 'echo $$; env -i PATH=$PATH sleep 1000 & echo $!; wait' & wait"))
            let pids = try await pids(2, from: process)
            await process.kill()
            for pid in pids { #expect(!exists(pid)) }
        }
    }

    @Test func normalExitLeavesNoMemberOfTheGroup() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(tree("sleep 1000 & echo $!; exit 3"))
            let pids = try await pids(1, from: process)
            #expect(await process.wait() == .exited(3))
            #expect(!exists(pids[0]))
        }
    }

    @Test func normalExitLeavesNoDaemon() async throws {
        try await withSupervisor { supervisor, _ in
            // Forked twice with a session of its own, as daemons do.
            var command = tree("(setsid sh -c 'trap \"\" TERM HUP; echo $$; sleep 1000 & echo $!; wait' &); read x")
            command.stdin = .pipe
            let process = try await supervisor.spawn(command)
            let pids = try await pids(2, from: process)
            process.input.close()
            #expect(await process.wait() == .exited(1))
            for pid in pids { #expect(!exists(pid)) }
        }
    }

    @Test func daemonOfAnotherProgramIsLeftAlone() async throws {
        try await withSupervisor { supervisor, _ in
            let first = try await supervisor.spawn(tree("(setsid sh -c 'echo $$; exec sleep 1000' &); exec sleep 1000"))
            let daemon = try await pids(1, from: first)[0]
            let second = try await supervisor.spawn(
                tree("(setsid sh -c 'echo $$; exec sleep 1000' &); exec sleep 1000"))
            let other = try await pids(1, from: second)[0]
            await second.kill()
            #expect(exists(daemon))
            #expect(!exists(other))
            await first.kill()
            #expect(!exists(daemon))
        }
    }

    @Test func programThatKeepsForkingIsKilled() async throws {
        try await withSupervisor { supervisor, directory in
            // Each generation starts the next in a new session and ends.
            let write = shell("printf '%s\\n' 'echo $$' 'setsid sh \(directory)/hydra &' > \(directory)/hydra")
            _ = try await supervisor.run(write)
            let process = try await supervisor.spawn(tree("trap '' TERM; sh \(directory)/hydra; sleep 1000"))
            _ = try await pids(20, from: process)
            #expect(await process.stop(grace: .milliseconds(10)) == .signaled(SIGKILL))
            // The last writer of the pipe is gone.
            var last: Int32 = 0
            for try await line in process.lines { last = Int32(String(decoding: line, as: UTF8.self)) ?? 0 }
            #expect(!exists(last))
        }
    }

    @Test func orphansOfARunningProgramAreReaped() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(
                tree("for i in 1 2 3; do (sleep 0 & echo $!); done; exec sleep 1000"))
            let pids = try await pids(3, from: process)
            let wait = shell(
                "while kill -0 \(pids[0]) || kill -0 \(pids[1]) || kill -0 \(pids[2]); do sleep 0.01; done")
            let status = try await supervisor.run(wait).status
            #expect(status.isSuccess)
            await process.kill()
        }
    }

    @Test func stopRightAfterTheStart() async throws {
        try await withSupervisor { supervisor, _ in
            for round in 0..<50 {
                let process = try await supervisor.spawn(tree("(setsid sleep 1000 &); sleep 1000"))
                let status = round % 2 == 0 ? await process.kill() : await process.stop(grace: .milliseconds(1))
                #expect([.signaled(SIGKILL), .signaled(SIGTERM)].contains(status))
                // At the end of the pipe nobody has it any more.
                #expect(try await process.lines.next() == nil)
            }
        }
    }

    @Test func stopAllStopsAll() async throws {
        try await withSupervisor { supervisor, _ in
            var processes: [RunningProcess] = []
            for _ in 0..<10 { processes.append(try await supervisor.spawn(tree("exec sleep 1000"))) }
            await supervisor.stopAll(grace: .seconds(50))
            for process in processes { #expect(await process.wait() == .signaled(SIGTERM)) }
        }
    }
}
