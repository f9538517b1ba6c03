import Glibc
import TestSupport
import Testing
import Threading

@testable import Logging

@Suite(.timeLimit(.minutes(1))) struct JournalSinkTests {
    private struct Refused: Error {}

    /// A journal that the test opens and closes.
    private final class FakeJournal: Sendable {
        struct State {
            var messages: [String] = []
            var hasRoom = true
            var refuses = false
            /// Entries that somebody has begun to send with patience.
            var begun = 0
        }

        let state = Locked(State())
        let mayGoOn = Locked(false)

        var messages: [String] { state.withLock { $0.messages } }

        var transport: JournalSink.Transport {
            JournalSink.Transport(
                trySend: { fields in
                    try self.state.withLock { state in
                        if state.refuses { throw Refused() }
                        if state.hasRoom { state.messages.append(Self.message(fields)) }
                        return state.hasRoom
                    }
                },
                send: { fields in
                    self.state.withLock { $0.begun += 1 }
                    while !self.mayGoOn.withLock({ $0 }) { usleep(1000) }
                    try self.state.withLock { state in
                        if state.refuses { throw Refused() }
                        state.messages.append(Self.message(fields))
                    }
                })
        }

        private static func message(_ fields: [LogField]) -> String {
            fields.first { $0.name == "MESSAGE" }?.value ?? ""
        }
    }

    private let journal = FakeJournal()
    private let rest = RecordingSink()

    private func logger(limit: Int = 100) -> (Logger, JournalSink) {
        let sink = JournalSink(journal.transport, fallback: rest, limit: limit)
        return (Logger(label: "", sink: sink), sink)
    }

    @Test func entriesGoOutAtOnce() {
        let (log, _) = logger()
        log.info("one")
        log.info("two")
        #expect(journal.messages == ["one", "two"])
    }

    /// The caller is not kept, the order is, and what finds no room is counted and told.
    @Test func aFullJournalKeepsNobody() async throws {
        let (log, sink) = logger(limit: 3)
        journal.state.withLock { $0.hasRoom = false }
        log.info("first")
        try await eventually("the thread has it") { journal.state.withLock { $0.begun } == 1 }
        journal.state.withLock { $0.hasRoom = true }
        for number in 1...5 { log.info("\(number)") }
        #expect(journal.messages == [])
        #expect(sink.lost == 2)
        journal.mayGoOn.withLock { $0 = true }
        let told = ["first", "1", "2", "3", "the journal was too slow: log entries are lost entries=2"]
        try await eventually("all are sent") { journal.messages.count == told.count }
        #expect(journal.messages == told)
        // And it goes on as before.
        try await eventually("entries go out at once again") {
            log.info("next")
            return journal.messages.last == "next"
        }
        #expect(rest.messages == [])
    }

    @Test func whatTheJournalRefusesGoesElsewhere() async throws {
        let (log, _) = logger()
        journal.state.withLock { $0.refuses = true }
        log.info("refused")
        #expect(rest.messages == ["refused"])
        journal.state.withLock { state in
            state.refuses = false
            state.hasRoom = false
        }
        log.info("late")
        journal.state.withLock { $0.refuses = true }
        journal.mayGoOn.withLock { $0 = true }
        try await eventually("the fallback has it") { rest.messages == ["refused", "late"] }
    }

    @Test func fieldsOfEveryEntryFollow() {
        let sent = Locked<[LogField]>([])
        let sink = JournalSink(
            .init(
                trySend: { fields in
                    sent.withLock { $0 = fields }
                    return true
                }, send: { _ in }),
            fallback: rest, fixed: [("SYSLOG_IDENTIFIER", "worker")], names: ["job": "JOB_ID"])
        Logger(label: "", sink: sink).info("x", ["job": 7])
        #expect(
            sent.withLock { $0.map { "\($0.name)=\($0.value)" } }
                == ["MESSAGE=x job=7", "PRIORITY=6", "JOB_ID=7", "SYSLOG_IDENTIFIER=worker"])
    }
}
