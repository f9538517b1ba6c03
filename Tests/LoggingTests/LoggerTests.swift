import Testing

@testable import Logging

@Suite struct LoggerTests {
    private let sink = RecordingSink()

    @Test func entriesBelowTheLevelAreNeitherWrittenNorComputed() {
        let log = Logger(label: "t", level: .notice, sink: sink)
        var computed = 0
        func text() -> String {
            computed += 1
            return "text"
        }
        log.info(text())
        log.debug(text())
        log.notice(text())
        log.error(text())
        #expect(computed == 2)
        #expect(sink.entries.map(\.level) == [.notice, .error])
    }

    @Test func levelsAreOrderedAsDeclared() {
        #expect(Logger.Level.allCases.sorted() == Logger.Level.allCases)
    }

    @Test func factsOfTheLoggerComeFirstAndTheEntryOverridesThem() {
        let log = Logger(label: "t", sink: sink).with(["job": "a", "user": "u"])
        log.info("x", ["attempt": 1, "job": "b"])
        #expect(sink.entries[0].metadata == ["job": "b", "user": "u", "attempt": 1])
        #expect(sink.entries[0].metadata.facts.map(\.key) == ["job", "user", "attempt"])
    }

    @Test func labelledKeepsFactsAndLevel() {
        let log = Logger(label: "t", level: .warning, sink: sink, metadata: ["a": 1]).labelled("u")
        log.info("dropped")
        log.warning("kept")
        #expect(sink.entries.map(\.label) == ["u"])
        #expect(sink.entries[0].metadata == ["a": 1])
    }

    @Test(arguments: ["password", "Authorization", "client_secret", "DBPassword", "sessionToken", "aws_credentials"])
    func secretsNeverReachASink(key: String) {
        var facts: Logger.Metadata = ["user": "u"]
        facts[key] = .string("hunter2")
        Logger(label: "t", sink: sink).with(context: facts).info("login", facts)
        #expect(sink.entries[0].metadata[key] == .string("[redacted]"))
        #expect(sink.entries[0].context[key] == .string("[redacted]"))
        #expect(!sink.entries[0].journalFields().contains { $0.value.contains("hunter2") })
        #expect(sink.entries[0].metadata["user"] == .string("u"))
    }

    @Test func timesComeFromTheClock() {
        Logger(label: "t", threshold: LogThreshold(.info), sink: sink, now: { 42 }).info("x")
        #expect(sink.entries[0].nanosecondsSinceEpoch == 42)
        // 2020-09-13; a clock read in other units would lie far off.
        Logger(label: "t", sink: sink).info("y")
        #expect(sink.entries[1].nanosecondsSinceEpoch > 1_600_000_000_000_000_000)
    }

    @Test func valuesKeepTheirKind() {
        struct Identifier: CustomStringConvertible { let description = "id" }
        let facts: Logger.Metadata = [
            "s": "a", "i": UInt8(3), "big": UInt64.max, "d": 1.5, "f": true, "x": Identifier(),
        ]
        #expect(
            facts.facts.map(\.value) == [
                .string("a"), .integer(3), .string("18446744073709551615"), .number(1.5), .flag(true), .string("id"),
            ])
    }
}
