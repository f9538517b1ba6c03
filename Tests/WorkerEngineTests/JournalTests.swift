import FOQUSModel
import JSONKit
import SQLiteKit
import Stores
import TestSupport
import Testing

@testable import WorkerEngine

@Suite(.timeLimit(.minutes(1))) struct JournalTests {
    private let record = AttemptRecord(
        id: SystemRandom().identifier(), job: SystemRandom().identifier(), lease: Lease(message: "m", receipt: "r"),
        directory: "/d")

    private static func numbered(_ effects: [Effect], from first: Int64 = 1) -> [JournaledEffect] {
        effects.enumerated().map { JournaledEffect(sequence: first + Int64($0), effect: $1) }
    }

    private static let notice = Effect.publish(
        OutgoingNotification(id: "n", notification: Notification(topic: .update, body: [], attributes: ["event": "e"])))

    private static func withReopened(
        _ directory: String, _ body: (SQLiteJournal) async throws -> Void
    ) async throws {
        let journal = try await SQLiteJournal.open(stateDirectory: directory)
        try await body(journal)
        await journal.close()
    }

    /// However effects are spread over rows, what is told of them comes out the same.
    @Test(arguments: [
        [notice, .acknowledge(Lease(message: "m", receipt: "r"))],
        [.upload(path: "/1", key: "1"), .upload(path: "/2", key: "2"), notice],
        [.removeDirectory(path: "/d")],
        [notice, .removeDirectory(path: "/d"), notice, .removeDirectory(path: "/e")],
        [],
    ])
    func whatEndsAnAttemptComesBack(last: [Effect]) async throws {
        try await withTemporaryDirectory { directory in
            let effects = Self.numbered(last, from: 5)
            try await Self.withReopened(directory) { journal in
                try await journal.begin([BegunAttempt(record: record, effects: [], isComplete: false)])
                try await journal.complete(record.id, effects: effects)
            }
            try await Self.withReopened(directory) { journal in
                let expected = UnfinishedAttempt(record: record, isComplete: true, effects: effects)
                #expect(try await journal.unfinished() == [expected])
                // Each file done is forgotten alone, also by a worker that has only read of it.
                for effect in effects where Lane.kind(of: effect.effect) == .slow {
                    try await journal.delivered(files: [record.id: [effect.sequence]], finished: [])
                }
                let rest = effects.filter { Lane.kind(of: $0.effect) != .slow }
                let left = try await journal.unfinished()
                #expect(left == [UnfinishedAttempt(record: record, isComplete: true, effects: rest)])
                try await journal.delivered(files: [:], finished: [record.id])
                #expect(try await journal.unfinished().isEmpty)
            }
        }
    }

    @Test func manyAttemptsBeginTogetherAndEndApart() async throws {
        try await withTemporaryDirectory { directory in
            let records = (0..<5).map { number in
                AttemptRecord(
                    id: SystemRandom().identifier(), job: nil, lease: Lease(message: "\(number)", receipt: "r"),
                    directory: nil)
            }
            try await Self.withReopened(directory) { journal in
                try await journal.begin(
                    records.enumerated().map {
                        BegunAttempt(
                            record: $1, effects: Self.numbered([Self.notice], from: Int64($0)), isComplete: false)
                    })
                try await journal.delivered(files: [:], finished: [records[1].id, records[3].id])
            }
            // A life that adds to it before it has read it.
            try await Self.withReopened(directory) { journal in
                try await journal.append(Self.numbered([Self.notice], from: 9), to: records[0].id)
                let left = try await journal.unfinished()
                #expect(left.map(\.record) == [records[0], records[2], records[4]])
                #expect(left.map(\.effects.count) == [2, 1, 1])
                #expect(left.allSatisfy { !$0.isComplete })
            }
        }
    }

    /// What version 1 of the tables held is taken over.
    @Test func anOlderJournalIsRead() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite3"
            let old = try Database.open(path, schema: Schema(versions: [SQLiteJournal.version1]))
            let effects = Self.numbered([.upload(path: "/1", key: "1"), .acknowledge(record.lease)])
            try await old.write { [record] connection in
                try connection.execute(
                    "INSERT INTO attempt VALUES (?, ?, ?, ?, ?, 1)", record.id.description, record.job?.description,
                    record.lease.message, record.lease.receipt, record.directory)
                for effect in effects {
                    try connection.execute(
                        "INSERT INTO effect VALUES (?, ?, ?)", record.id.description, Int(effect.sequence),
                        effect.effect.json.text())
                }
            }
            await old.close()
            try await Self.withReopened(directory) { journal in
                let expected = UnfinishedAttempt(record: record, isComplete: true, effects: effects)
                let left = try await journal.unfinished()
                #expect(left == [expected])
            }
        }
    }
}
