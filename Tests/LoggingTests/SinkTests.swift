import Glibc
import TestSupport
import Testing
import Threading

@testable import Logging

@Suite(.timeLimit(.minutes(1))) struct SinkTests {
    @Test func linesOfManyThreadsArriveWhole() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/log"
            let file = creat(path, 0o600)
            try #require(file >= 0)
            let log = Logger(label: "t", sink: StreamSink(descriptor: file, format: .json))
            await withTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask { for number in 0..<50 { log.info("line", ["writer": writer, "number": number]) } }
                }
            }
            close(file)
            let lines = try read(path).split(separator: "\n")
            #expect(lines.count == 400)
            #expect(lines.allSatisfy { $0.hasPrefix("{\"time\":") && $0.hasSuffix("}}") })
            #expect(Set(lines.map { $0.drop { $0 != "," } }).count == 400)
        }
    }

    @Test func aLineLongerThanThePipeArrivesWholeThroughANonBlockingPipe() async throws {
        var ends: [CInt] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let (input, output) = (ends[0], ends[1])
        for end in ends { try #require(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
        defer { close(input) }
        let message = String(repeating: "x", count: 300_000)
        WorkThread.start(name: "writer") {
            Logger(label: "", sink: StreamSink(descriptor: output, format: .journal)).info(message)
            close(output)
        }
        var received = 0
        var buffer = [UInt8](repeating: 0, count: 65_536)
        try await eventually("the line is read") {
            while true {
                let count = Glibc.read(input, &buffer, buffer.count)
                if count == 0 { return true }
                if count < 0 { return false }
                received += count
            }
        }
        #expect(received == "<6>".utf8.count + message.utf8.count + 1)
    }

    /// Would run into the time limit if the write were tried for ever.
    @Test func aLineThatCannotBeWrittenIsGivenUp() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        Logger(label: "t", sink: StreamSink(descriptor: full, format: .plain)).error("lost")
    }

    @Test func onlyTheJournalsOwnStreamIsTheJournal() async throws {
        try await withTemporaryDirectory { directory in
            let file = creat(directory + "/log", 0o600)
            try #require(file >= 0)
            defer { close(file) }
            var status = stat()
            fstat(file, &status)
            #expect(StreamSink.isJournalStream("\(status.st_dev):\(status.st_ino)", file))
            #expect(!StreamSink.isJournalStream("\(status.st_dev):\(status.st_ino + 1)", file))
            #expect(!StreamSink.isJournalStream("\(status.st_dev)", file))
            #expect(!StreamSink.isJournalStream("", file))
            #expect(!StreamSink.isJournalStream("\(status.st_dev):\(status.st_ino)", -1))
        }
    }

    @Test func stepsGoOnlyWhereEntriesAreSearched() {
        let (text, journal) = (RecordingSink(), RecordingSink(isSearchable: true))
        let event = TestEvent(name: "a-step", messageID: String(repeating: "a", count: 32))
        Logger(label: "t", sink: text).step("dropped", event: event)
        Logger(label: "t", level: .debug, sink: text).step("debugging", event: event)
        Logger(label: "t", level: .notice, sink: journal).step("quiet", event: event)
        let log = Logger(label: "t", sink: TeeSink(text, journal))
        log.step("step", event: event)
        log.info("both")
        #expect(text.messages == ["debugging", "both"])
        #expect(journal.messages == ["step", "both"])
        #expect(text.entries[0].level == .debug)
        #expect(journal.entries[0].level == .info)
        #expect(journal.entries[0].event?.name == "a-step")
    }

    private func read(_ path: String) throws -> String {
        let file = open(path, O_RDONLY)
        try #require(file >= 0)
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
