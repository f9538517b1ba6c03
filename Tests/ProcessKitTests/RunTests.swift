import Glibc
import ProcessKit
import Testing

/// One program, from its start to its end.
@Suite(.timeLimit(.minutes(1))) struct RunTests {
    @Test(arguments: [0, 1, 77, 255] as [Int32])
    func exitCode(code: Int32) async throws {
        try await withSupervisor { supervisor, _ in
            let result = try await supervisor.run(shell("exit \(code)"))
            #expect(result.status == .exited(code))
            #expect(result.status.isSuccess == (code == 0))
        }
    }

    @Test func signalOfTheProgram() async throws {
        try await withSupervisor { supervisor, _ in
            let status = try await supervisor.run(shell("kill -USR1 $$")).status
            #expect(status == .signaled(SIGUSR1))
        }
    }

    @Test func argumentsArriveUnchanged() async throws {
        try await withSupervisor { supervisor, _ in
            var command = Command("/usr/bin/printf", ["<%s>", "", "a b", "ü\n", "$HOME"])
            command.stdout = .capture(limit: 1000)
            let output = try await supervisor.run(command).stdout
            #expect(output.text == "<><a b><ü\n><$HOME>")
        }
    }

    @Test func environmentIsCompleteAndHoldsTheCookie() async throws {
        try await withSupervisor { supervisor, _ in
            var command = Command("/usr/bin/env", environment: ["A": "1", "B": "x=y", Command.cookieVariable: "old"])
            command.stdout = .capture(limit: 1000)
            command.cookie = "attempt-7"
            let lines = try await supervisor.run(command).stdout.text.split(separator: "\n").sorted()
            #expect(lines == ["A=1", "B=x=y", "FOQUS_ATTEMPT_ID=attempt-7"])
        }
    }

    @Test func directoryAndInputFile() async throws {
        try await withSupervisor { supervisor, directory in
            let write = shell("echo hello > input") { $0.directory = directory }
            let status = try await supervisor.run(write).status
            #expect(status.isSuccess)
            let read = shell("cat; pwd") {
                $0.directory = directory
                $0.stdin = .file(directory + "/input")
                $0.stdout = .capture(limit: 1000)
            }
            let output = try await supervisor.run(read).stdout
            #expect(output.text == "hello\n\(directory)\n")
        }
    }

    @Test func programIsFoundInItsOwnPath() async throws {
        try await withSupervisor { supervisor, directory in
            let make = shell("printf '#!/bin/sh\\nexit 9\\n' > mine; chmod +x mine") { $0.directory = directory }
            _ = try await supervisor.run(make)
            let command = Command("mine", environment: ["PATH": "/nonexistent:\(directory)"])
            let status = try await supervisor.run(command).status
            #expect(status == .exited(9))
        }
    }

    @Test func programSeesDefaultSignalsItsOwnSessionAndNoOtherDescriptor() async throws {
        try await withSupervisor { supervisor, _ in
            let fds = try await supervisor.run(
                shell(
                    "echo $$; cut -d' ' -f5,6 /proc/$$/stat; grep -E 'SigBlk|SigIgn' /proc/self/status; ls /proc/$$/fd"
                ) { $0.stdout = .capture(limit: 1000) })
            let lines = fds.stdout.text.split(separator: "\n")
            #expect(lines[1] == "\(lines[0]) \(lines[0])")
            #expect(lines[2] == "SigBlk:\t0000000000000000")
            #expect(lines[3] == "SigIgn:\t0000000000000000")
            #expect(lines[4...] == ["0", "1", "2"])
        }
    }

    @Test func limitsHoldInTheProgram() async throws {
        try await withSupervisor { supervisor, _ in
            let command = shell("ulimit -n; ulimit -v; ulimit -t; ulimit -c") {
                $0.limits = ResourceLimits(addressSpace: 1 << 30, cpuSeconds: 5, openFiles: 99)
                $0.stdout = .capture(limit: 1000)
            }
            let output = try await supervisor.run(command).stdout
            #expect(output.text == "99\n\((1 << 30) / 1024)\n5\n0\n")
        }
    }

    @Test func cpuLimitEndsASpinningProgram() async throws {
        try await withSupervisor { supervisor, _ in
            let command = shell("while :; do :; done") { $0.limits.cpuSeconds = 1 }
            let result = try await supervisor.run(command)
            #expect(result.status == .signaled(SIGXCPU))
            #expect(result.usage.userMicroseconds + result.usage.systemMicroseconds > 100_000)
            #expect(result.usage.maxResidentKiB > 100)
        }
    }

    @Test func cancellationStopsTheProgram() async throws {
        try await withSupervisor { supervisor, _ in
            let task = Task { try await supervisor.run(shell("exec sleep 1000")) }
            task.cancel()
            let result = try await task.value
            #expect(result.status == .signaled(SIGKILL))
        }
    }

    @Test func severalTasksMayWait() async throws {
        try await withSupervisor { supervisor, _ in
            let command = shell("read line; exit 3") { $0.stdin = .pipe }
            let process = try await supervisor.spawn(command)
            let waits = (0..<5).map { _ in Task { await process.wait() } }
            process.input.close()
            for wait in waits { #expect(await wait.value == .exited(3)) }
            #expect(await process.wait() == .exited(3))
        }
    }
}
