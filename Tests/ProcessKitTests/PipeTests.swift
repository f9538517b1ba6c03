import Glibc
import ProcessKit
import Testing
import Threading

/// Long-lived programs that are talked to.
@Suite(.timeLimit(.minutes(1))) struct PipeTests {
    private let cat = shell("exec cat") {
        $0.stdin = .pipe
        $0.stdout = .pipe
    }

    @Test func linesGoInAndOut() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(cat)
            for index in 0..<100 {
                try await process.input.write(Array("line \(index)\n".utf8))
                #expect(try await process.lines.nextText() == "line \(index)")
            }
            process.input.close()
            #expect(try await process.lines.next() == nil)
            #expect(try await process.lines.next() == nil)
            #expect(await process.wait() == .exited(0))
        }
    }

    @Test func allLinesComeEvenAfterTheEnd() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(shell("printf 'one\\n\\ntwo\\nrest'") { $0.stdout = .pipe })
            #expect(await process.wait() == .exited(0))
            var lines: [String] = []
            for try await line in process.lines { lines.append(String(decoding: line, as: UTF8.self)) }
            #expect(lines == ["one", "", "two", "rest"])
        }
    }

    @Test func standardErrorHasItsOwnLines() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(
                shell("echo out; echo err >&2") {
                    $0.stdout = .pipe
                    $0.stderr = .pipe
                })
            #expect(try await process.errorLines.nextText() == "err")
            #expect(try await process.lines.nextText() == "out")
        }
    }

    @Test func tooLongLineIsAnError() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(
                shell("echo ok; echo 12345678; echo 123456789") {
                    $0.stdout = .pipe
                    $0.lineLimit = 8
                })
            #expect(try await process.lines.nextText() == "ok")
            #expect(try await process.lines.nextText() == "12345678")
            for _ in 0..<2 {
                let error = await #expect(throws: PipeError.self) { try await process.lines.next() }
                #expect(error?.code == .lineTooLong(limit: 8))
            }
        }
    }

    @Test func endlessLineIsAnErrorToo() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(
                shell("exec cat /dev/zero") {
                    $0.stdout = .pipe
                    $0.lineLimit = 1 << 20
                })
            let error = await #expect(throws: PipeError.self) { try await process.lines.next() }
            #expect(error?.code == .lineTooLong(limit: 1 << 20))
            await process.kill()
        }
    }

    @Test func megabytesGoThroughFullPipes() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(cat)
            let line = [UInt8](repeating: UInt8(ascii: "x"), count: 99_999) + [UInt8(ascii: "\n")]
            let writing = Task {
                for _ in 0..<50 { try await process.input.write(line) }
                process.input.close()
            }
            var count = 0
            for try await received in process.lines {
                #expect(received.count == 99_999)
                count += 1
            }
            #expect(count == 50)
            try await writing.value
        }
    }

    @Test func writesOfSeveralTasksDoNotMix() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(cat)
            for letter in UInt8(ascii: "a")..<UInt8(ascii: "i") {
                Task {
                    let line = [UInt8](repeating: letter, count: 200_000) + [UInt8(ascii: "\n")]
                    try await process.input.write(line)
                }
            }
            for _ in 0..<8 {
                let line = try #require(try await process.lines.next())
                #expect(line.count == 200_000)
                #expect(Set(line).count == 1)
            }
        }
    }

    @Test func writingToAProgramThatDoesNotReadIsAnError() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(shell("exec <&-; exec sleep 1000") { $0.stdin = .pipe })
            let error = await #expect(throws: PipeError.self) {
                while true { try await process.input.write([UInt8](repeating: 0, count: 100_000)) }
            }
            #expect(error?.code == .closed)
        }
    }

    @Test func endOfTheProgramReleasesAWaitingWriter() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(shell("exec sleep 1000") { $0.stdin = .pipe })
            let writing = Task { try await process.input.write([UInt8](repeating: 0, count: 1_000_000)) }
            await process.kill()
            let error = await #expect(throws: PipeError.self) { try await writing.value }
            #expect(error?.code == .closed)
        }
    }

    @Test func cancelledReadLosesNothing() async throws {
        try await withSupervisor { supervisor, _ in
            let process = try await supervisor.spawn(cat)
            for _ in 0..<50 {
                let reading = Task { try await process.lines.next() }
                reading.cancel()
                await #expect(throws: CancellationError.self) { try await reading.value }
            }
            try await process.input.write(Array("still here\n".utf8))
            #expect(try await process.lines.nextText() == "still here")
        }
    }

    @Test func droppedProcessGetsTheEndOfItsInput() async throws {
        try await withSupervisor { supervisor, directory in
            let end = shell("cat; echo done > \(directory)/end") { $0.stdin = .pipe }
            let wait = shell("while ! [ -s \(directory)/end ]; do sleep 0.01; done")
            _ = try await supervisor.spawn(end)
            let status = try await supervisor.run(wait).status
            #expect(status.isSuccess)
        }
    }
}
