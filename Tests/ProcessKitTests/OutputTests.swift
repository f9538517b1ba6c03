import Glibc
import ProcessKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct OutputTests {
    @Test func filesTakeBothStreams() async throws {
        try await withSupervisor { supervisor, directory in
            let command = shell("echo out; echo err >&2") {
                $0.stdout = .file(directory + "/out")
                $0.stderr = .file(directory + "/err")
            }
            let status = try await supervisor.run(command).status
            #expect(status.isSuccess)
            #expect(contents(of: directory + "/out") == "out\n")
            #expect(contents(of: directory + "/err") == "err\n")
        }
    }

    @Test func standardErrorCanJoinTheOutput() async throws {
        try await withSupervisor { supervisor, _ in
            let command = shell("echo 1; echo 2 >&2; echo 3") {
                $0.stdout = .capture(limit: 100)
                $0.stderr = .sameAsStdout
            }
            let output = try await supervisor.run(command).stdout
            #expect(output.text == "1\n2\n3\n")
        }
    }

    @Test func captureKeepsTheBeginningAndTheEnd() async throws {
        try await withSupervisor { supervisor, _ in
            let command = shell("printf 1234567890; printf abc >&2") {
                $0.stdout = .capture(limit: 4)
                $0.stderr = .capture(limit: 3)
            }
            let result = try await supervisor.run(command)
            #expect(result.stdout.text == "1290")
            #expect(result.stdout.isTruncated)
            #expect(result.stdout.gap == 2)
            #expect(result.stdout.total == 10)
            #expect(result.stderr.text == "abc")
            #expect(!result.stderr.isTruncated)
            #expect(result.stderr.gap == nil)
        }
    }

    /// In pieces of all sizes, with limits below, at and above what comes.
    @Test(arguments: [0, 1, 2, 3, 999, 100_000, 588_894, 588_895, 588_896, 2_000_000])
    func captureKeepsBothEndsOfALongOutput(limit: Int) async throws {
        try await withSupervisor { supervisor, _ in
            let command = shell("seq 1 100000") { $0.stdout = .capture(limit: limit) }
            let output = try await supervisor.run(command).stdout
            let all = (1...100_000).map { "\($0)\n" }.joined()
            #expect(output.total == all.utf8.count)
            if limit >= all.utf8.count {
                #expect(output.text == all && output.gap == nil && !output.isTruncated)
            } else {
                #expect(output.isTruncated && output.gap == limit / 2)
                #expect(output.text == String(all.prefix(limit / 2)) + String(all.suffix(limit - limit / 2)))
            }
        }
    }

    @Test func floodNeitherBlocksNorFillsTheDisk() async throws {
        try await withSupervisor { supervisor, directory in
            let command = shell("head -c 50000000 /dev/zero; exit 5") {
                $0.stdout = .file(directory + "/out", limit: 1000)
            }
            let result = try await supervisor.run(command)
            #expect(result.status == .exited(5))
            #expect(result.stdout.total == 50_000_000)
            let text = contents(of: directory + "/out")
            #expect(text == String(repeating: "\0", count: 1000) + "\n[output cut off after 1000 bytes]\n")
        }
    }

    @Test func endlessFloodCanBeStopped() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(shell("exec yes") { $0.stdout = .capture(limit: 10) })
            // The loop is not held up by it.
            let status = try await supervisor.run(shell("exit 0")).status
            #expect(status.isSuccess)
            #expect(await process.stop(grace: .seconds(30)) == .signaled(SIGTERM))
            #expect(await process.result().stdout.text == "y\ny\ny\ny\ny\n")
        }
    }

    @Test func outputWithinTheLimitHasNoNote() async throws {
        try await withSupervisor { supervisor, directory in
            let command = shell("echo hello") { $0.stdout = .file(directory + "/out", limit: 6) }
            let output = try await supervisor.run(command).stdout
            #expect(output.isTruncated == false)
            #expect(contents(of: directory + "/out") == "hello\n")
        }
    }

    @Test func fullDiskIsReportedAndDoesNotBlock() async throws {
        try await withSupervisor { supervisor, _ in
            let command = shell("head -c 1000000 /dev/zero") { $0.stdout = .file("/dev/full", limit: 1 << 30) }
            let result = try await supervisor.run(command)
            #expect(result.status == .exited(0))
            #expect(result.stdout.writeError == ENOSPC)
        }
    }
}
