import Executors
import FOQUSModel
import FileKit
import Glibc
import JSONKit
import ProcessKit
import TestSupport
import Testing
import Threading

/// Each test runs real programs.
@Suite(.timeLimit(.minutes(1)))
struct CommandExecutorTests {
    private func executor(
        _ script: String, _ configure: (inout CommandExecutor.Options) -> Void = { _ in }
    ) -> CommandExecutor {
        var options = CommandExecutor.Options(program: "/bin/sh", arguments: ["-c", script], grace: .milliseconds(100))
        options.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
        configure(&options)
        return CommandExecutor(options, supervisor: Shared.supervisor, loop: Shared.loop, log: Shared.silence)
    }

    // MARK: success

    @Test func outputComesFromTheFile() async throws {
        try await Workshop.with { workshop in
            let job = try workshop.job(input: ["calc": ["x": 2.5]])
            let outcome = await executor("echo working; cat > output.json").run(job)
            #expect(outcome == .success(output: ["calc": ["x": 2.5]]))
            #expect(try Look.text(Path.join(job.directory, "stdout.log")) == "working\n")
            #expect(try Look.text(Path.join(job.directory, "input.json")) == #"{"calc":{"x":2.5}}"#)
        }
    }

    @Test func outputComesFromStdoutWhenThereIsNoFile() async throws {
        try await Workshop.with { workshop in
            let job = try workshop.job(input: ["calc": ["x": 1]])
            #expect(await executor("cat").run(job) == .success(output: ["calc": ["x": 1]]))
            #expect(try Look.names(in: job.directory) == ["input.json"])
        }
    }

    @Test func aProgramThatSaysNothingLeavesNothing() async throws {
        try await Workshop.with { workshop in
            let job = try workshop.job()
            #expect(await executor(":").run(job) == .success(output: [:]))
            #expect(try Look.names(in: job.directory) == ["input.json"])
        }
    }

    @Test func textOnStdoutIsALog() async throws {
        try await Workshop.with { workshop in
            let job = try workshop.job()
            #expect(await executor("echo converged; echo careful >&2").run(job) == .success(output: [:]))
            #expect(try Look.text(Path.join(job.directory, "stdout.log")) == "converged\n")
            #expect(try Look.text(Path.join(job.directory, "stderr.log")) == "careful\n")
        }
    }

    @Test func theEnvironmentNamesTheJob() async throws {
        try await Workshop.with { workshop in
            let job = try workshop.job()
            let script = """
                printf '["%s","%s","%s","%s","%s","%s","%s","%s","%s","%s"]' "$FOQUS_JOB_ID" "$FOQUS_ATTEMPT_ID" \
                "$FOQUS_SESSION_ID" "$FOQUS_USER" "$FOQUS_SIMULATION" "$FOQUS_APPLICATION" "$HOME" "$TMPDIR" \
                "$(pwd)" "$COLOUR"
                """
            let outcome = await executor(script) { options in
                options.environment["COLOUR"] = "blue"
                options.environment["FOQUS_USER"] = "mallory"
            }.run(job)
            let expected: [String] = [
                job.job.description, job.attempt.description, job.session.description, "ann", "mixer", "test",
                job.directory, job.directory, job.directory, "blue",
            ]
            #expect(outcome == .success(output: .array(expected.map(JSON.string))))
        }
    }

    @Test func onlyChosenVariablesArePassedOn() async throws {
        try await Workshop.with { workshop in
            setenv("FOQUS_TEST_CHOSEN", "yes", 1)
            setenv("FOQUS_TEST_OTHER", "no", 1)
            let outcome = await executor(#"printf '["%s%s"]' "$FOQUS_TEST_CHOSEN" "$FOQUS_TEST_OTHER""#) { options in
                options.environmentPassthrough = ["FOQUS_TEST_CHOSEN", "FOQUS_TEST_UNSET"]
            }.run(try workshop.job())
            #expect(outcome == .success(output: ["yes"]))
        }
    }

    @Test func bareNaNIsAccepted() async throws {
        try await Workshop.with { workshop in
            let outcome = await executor(#"echo '{"y":[NaN,-Infinity]}' > output.json"#).run(try workshop.job())
            #expect(outcome.output?["y"]?[0]?.doubleValue?.isNaN == true)
            #expect(outcome.output?["y"]?[1]?.doubleValue == -.infinity)
        }
    }

    @Test func anOldOutputIsNotTaken() async throws {
        try await Workshop.with { workshop in
            let job = try workshop.job()
            try File.writeAtomically(Array(#"{"old":true}"#.utf8), to: Path.join(job.directory, "output.json"))
            #expect(await executor(":").run(job) == .success(output: [:]))
        }
    }

    @Test func aStagedLinkIsNotWrittenThrough() async throws {
        try await Workshop.with { workshop in
            let shared = Path.join(workshop.simulation, "input.json")
            try File.writeAtomically(Array("shared".utf8), to: shared)
            let job = try workshop.job()
            #expect(link(shared, Path.join(job.directory, "input.json")) == 0)
            #expect(await executor("cat").run(job) == .success(output: [:]))
            #expect(try Look.text(shared) == "shared")
        }
    }

    // MARK: failure

    @Test(arguments: [
        ("echo '{\"x\": 1,}' > output.json", "output.json is not valid JSON: line 1, column 9"),
        ("echo '{\"x\": oops}'", "the output on stdout is not valid JSON: line 1, column 7"),
        ("printf '\\n[1' > output.json", "output.json is not valid JSON: line 2, column 3"),
        (": > output.json", "output.json is not valid JSON: line 1, column 1"),
    ])
    func brokenOutputFailsWithItsPlace(script: String, message: String) async throws {
        try await Workshop.with { workshop in
            let failure = await executor(script).run(try workshop.job()).failure
            #expect(failure?.hasPrefix(message) == true, "\(failure ?? "no failure")")
        }
    }

    @Test func aFailureTellsTheLastLinesOfStderr() async throws {
        try await Workshop.with { workshop in
            let script =
                #"for i in 1 2 3 4 5 6 7 8 9; do echo "line $i" >&2; done; echo '{"part":1}' > output.json; exit 3"#
            let job = try workshop.job()
            let expected = "the program ended with exit status 3: line 5 | line 6 | line 7 | line 8 | line 9"
            #expect(await executor(script).run(job) == .failed(message: expected, output: ["part": 1]))
            #expect(try Look.text(Path.join(job.directory, "stderr.log")).hasPrefix("line 1\n"))
        }
    }

    @Test func stdoutOfAFailedProgramIsALog() async throws {
        try await Workshop.with { workshop in
            let job = try workshop.job()
            let outcome = await executor("echo '{}'; exit 1").run(job)
            #expect(outcome == .failed(message: "the program ended with exit status 1", output: nil))
            #expect(try Look.text(Path.join(job.directory, "stdout.log")) == "{}\n")
        }
    }

    @Test(arguments: [("SEGV", "SIGSEGV (Segmentation fault)"), ("KILL", "SIGKILL (killed from outside")])
    func aSignalIsNamed(signal: String, name: String) async throws {
        try await Workshop.with { workshop in
            let failure = await executor("kill -\(signal) $$").run(try workshop.job()).failure
            #expect(failure?.hasPrefix("the program ended with \(name)") == true, "\(failure ?? "no failure")")
        }
    }

    @Test func aPipeInPlaceOfTheOutputIsRefused() async throws {
        try await Workshop.with { workshop in
            let failure = await executor("mkfifo output.json").run(try workshop.job()).failure
            #expect(failure?.contains("no regular file") == true, "\(failure ?? "no failure")")
        }
    }

    @Test func aHugeOutputIsRefused() async throws {
        try await Workshop.with { workshop in
            let outcome = await executor("head -c 2000 /dev/zero > output.json") { $0.outputLimit = 1000 }
                .run(try workshop.job())
            #expect(outcome == .failed(message: "output.json is larger than 1000 bytes", output: nil))
        }
    }

    @Test func aFloodOnStdoutIsCutOff() async throws {
        try await Workshop.with { workshop in
            let job = try workshop.job()
            let script = "head -c 30000000 /dev/zero | tr '\\000' x; echo end; echo '{}' > output.json"
            #expect(await executor(script) { $0.logLimit = 10_000 }.run(job) == .success(output: [:]))
            let log = try Look.text(Path.join(job.directory, "stdout.log"))
            #expect(log.hasPrefix("xxx") && log.hasSuffix("xxxend\n"))
            #expect(log.contains("x\n[29990004 of 30000004 bytes left out]\nx"))
        }
    }

    /// The reason stands at the end, however much is printed before it.
    @Test func theReasonBehindAFloodIsTold() async throws {
        try await Workshop.with { workshop in
            let script = "yes noise | head -c 5000000 >&2; echo 'the pump is dry' >&2; exit 3"
            let outcome = await executor(script) { $0.logLimit = 10_000 }.run(try workshop.job())
            guard case .failed(let message, nil) = outcome else { return #expect(Bool(false), "\(outcome)") }
            #expect(message.hasSuffix("the pump is dry"))
        }
    }

    // MARK: programs that cannot run

    @Test(arguments: ["/no/such/program", "no-such-program-anywhere", "/etc/passwd"])
    func aMissingProgramIsTheOperatorsAffair(program: String) async throws {
        try await Workshop.with { workshop in
            let message = await executor("") { options in
                options.program = program
                options.settingsSection = "application.mixer"
            }.run(try workshop.job()).infrastructure
            #expect(message?.contains(program) == true, "\(message ?? "")")
            #expect(message?.contains("set program in [application.mixer]") == true, "\(message ?? "")")
        }
    }

    @Test func aMissingFileOfTheSimulationIsTheJobsAffair() async throws {
        try await Workshop.with { workshop in
            let failure = await executor("") { $0.program = "./model.sh" }.run(try workshop.job()).failure
            #expect(failure?.contains("./model.sh: No such file") == true, "\(failure ?? "no failure")")
        }
    }

    @Test func aJobFolderThatIsGoneIsInfrastructure() async throws {
        try await Workshop.with { workshop in
            let job = try workshop.job()
            try Directory.removeTree(job.directory)
            #expect(await executor(":").run(job).infrastructure?.contains("No such file or directory") == true)
        }
    }

    // MARK: programs that must be ended

    @Test func aProgramThatIgnoresSIGTERMTimesOut() async throws {
        try await Workshop.with { workshop in
            let job = try workshop.job(timeout: .milliseconds(300))
            let outcome = await executor("trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done").run(job)
            #expect(outcome == .timedOut(after: .milliseconds(300)))
            let pids = Look.pids(Path.join(job.directory, "pid"))
            #expect(pids.count == 1 && !pids.contains(where: Look.isAlive))
        }
    }

    @Test func descendantsEndWithTheProgram() async throws {
        try await Workshop.with { workshop in
            let job = try workshop.job()
            let script = """
                sleep 1000 & echo $! >> pids
                setsid sh -c 'echo $$ >> pids; exec sleep 1000' &
                until [ "$(wc -l < pids)" = 2 ]; do sleep 0.01; done
                """
            #expect(await executor(script).run(job) == .success(output: [:]))
            let pids = Look.pids(Path.join(job.directory, "pids"))
            #expect(pids.count == 2 && !pids.contains(where: Look.isAlive))
        }
    }

    @Test func cancellingTheTaskEndsTheProgram() async throws {
        try await Workshop.with { workshop in
            let job = try workshop.job(timeout: nil)
            let executor = executor("echo $$ > pid.part; mv pid.part pid; exec sleep 1000")
            let task = Task { await executor.run(job) }
            let pidFile = Path.join(job.directory, "pid")
            try await eventually("the program runs") { File.exists(pidFile) }
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(!Look.pids(pidFile).contains(where: Look.isAlive))
        }
    }

    @Test func startedIsToldOnce() async throws {
        try await Workshop.with { workshop in
            let count = Locked(0)
            let job = try workshop.job()
            _ = try executor(":").furnish(job.directory, input: job.input, description: [:])
            _ = await executor(":").run(job) { count.withLock { $0 += 1 } }
            #expect(count.withLock { $0 } == 1)
            _ = await executor(":") { $0.program = "/no/such/program" }.run(job) { count.withLock { $0 += 1 } }
            #expect(count.withLock { $0 } == 1)
        }
    }

    @Test func manyRunsLeaveNothing() async throws {
        try await Workshop.with { workshop in
            let executor = executor("read line; echo \"$line\" > output.json")
            let before = try Look.names(in: "/proc/self/fd").count
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    if number >= 8 { try await group.next() }
                    let job = try workshop.job(input: ["n": .int(Int64(number))])
                    group.addTask {
                        let outcome = await executor.run(job)
                        #expect(outcome == .success(output: ["n": .int(Int64(number))]))
                    }
                }
                try await group.waitForAll()
            }
            // Other tests run at the same time, so only what every run leaves shows, once they are done.
            try await eventually("descriptors and children are gone", within: .seconds(45)) {
                let children = try Directory.list("/proc/self/task").flatMap { task in
                    (try? Look.text("/proc/self/task/\(task.name)/children"))?.split(separator: " ") ?? []
                }
                return try Look.names(in: "/proc/self/fd").count < before + 150 && children.count < 150
            }
        }
    }
}
