import Testing

@testable import Logging

@Suite struct FormatTests {
    private func entry(
        _ message: String, _ metadata: Logger.Metadata = [:], level: Logger.Level = .info, label: String = "engine"
    ) -> LogEntry {
        LogEntry(
            nanosecondsSinceEpoch: 1_795_467_601_123_999_999, level: level, label: label, message: message,
            metadata: metadata)
    }

    @Test func plainLineHasTimeLevelLabelMessageAndFacts() {
        #expect(
            LogFormat.plain.line(entry("job finished", ["job": "4f2a", "seconds": 12.5, "attempt": 2, "warm": true]))
                == "2026-11-23T21:00:01.123Z INFO engine: job finished job=4f2a seconds=12.5 attempt=2 warm=true\n")
    }

    @Test func aLoggerWithoutLabelLeavesItOut() {
        #expect(LogFormat.journal.line(entry("started", label: "")) == "<6>started\n")
    }

    @Test(arguments: [
        (Logger.Level.trace, "<7>"), (.debug, "<7>"), (.info, "<6>"), (.notice, "<5>"), (.warning, "<4>"),
        (.error, "<3>"),
    ])
    func journalLinesBeginWithThePriority(level: Logger.Level, prefix: String) {
        #expect(LogFormat.journal.line(entry("x", level: level)) == "\(prefix)engine: x\n")
    }

    @Test(arguments: [
        ("", #""""#), ("plain", "plain"), ("a b", #""a b""#), ("a=b", #""a=b""#), (#"a"b"#, #""a\"b""#),
        ("a\nb", #""a\nb""#), (#"a\b"#, #""a\\b""#), ("\u{1b}[2J", #""\x1b[2J""#), ("ü", "ü"),
    ])
    func valuesAreQuotedWhenNeeded(value: String, shown: String) {
        #expect(LogFormat.journal.line(entry("m", ["k": value])) == "<6>engine: m k=\(shown)\n")
    }

    @Test(arguments: LogFormat.allCases)
    func aMessageNeverForgesALine(format: LogFormat) {
        let line = format.line(entry("one\n2026-01-01T00:00:00.000Z ERROR forged\r\u{1b}", ["k\ney": "v\n"]))
        #expect(line.unicodeScalars.filter { $0.value < 0x20 } == ["\n"])
        #expect(line.hasSuffix("\n"))
    }

    @Test func jsonLinesKeepKindsAndOrder() {
        let facts: Logger.Metadata = ["b": 1, "a": "q\"\\\n", "c": Double.nan, "d": false, "e": 0.5]
        #expect(
            LogFormat.json.line(entry("m\u{1}", facts))
                == #"{"time":"2026-11-23T21:00:01.123Z","level":"info","label":"engine","message":"m\u0001","#
                + #""facts":{"b":1,"a":"q\"\\\n","c":"nan","d":false,"e":0.5}}"# + "\n")
    }

    @Test func contextAndEventShowWhereTheyAreSearched() {
        let entry = LogEntry(
            nanosecondsSinceEpoch: 0, level: .warning, label: "engine", message: "job failed",
            metadata: ["job": "7", "reason": "a\nb", "message": "m", "odd key": 1], context: ["user": "u", "job": "8"],
            event: TestEvent(name: "job-failed", messageID: String(repeating: "0", count: 32)))
        #expect(
            LogFormat.journal.line(entry) == #"<4>engine: job failed job=7 reason="a\nb" message=m odd_key=1"# + "\n")
        #expect(
            LogFormat.json.line(entry)
                == #"{"time":"1970-01-01T00:00:00.000Z","level":"warning","label":"engine","event":"job-failed","#
                + #""message":"job failed","facts":{"user":"u","job":"7","reason":"a\nb","message":"m","odd key":1}}"#
                + "\n")
        let fields = entry.journalFields(names: ["job": "JOB_ID", "user": "USER_NAME"])
        #expect(
            fields.map { "\($0.name)=\($0.value)" } == [
                #"MESSAGE=engine: job failed job=7 reason="a\nb" message=m odd_key=1"#, "PRIORITY=4",
                "MESSAGE_ID=00000000000000000000000000000000", "JOB_ID=7", "REASON=a\nb", "X_MESSAGE=m", "ODD_KEY=1",
                "USER_NAME=u",
            ])
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999_999_999, "2024-02-29T23:59:59.999Z"),
            (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func timesAreUTC(nanoseconds: Int64, text: String) {
        #expect(UTCTime.format(nanoseconds) == text)
    }

    @Test(arguments: [("job", "JOB"), ("job.id", "JOB_ID"), ("_x", "X_X"), ("9", "X9"), ("", "X"), ("é", "X__")])
    func journalFieldNamesAreValid(key: String, name: String) {
        #expect(LogEntry.fieldName(key) == name)
        #expect(LogEntry.fieldName(String(repeating: "9", count: 70)).utf8.count == 64)
    }
}

struct TestEvent: LogEvent {
    let name: String
    let messageID: String
}
