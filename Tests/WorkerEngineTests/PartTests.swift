import EmbeddedStores
import EventLoop
import FOQUSModel
import FileKit
import JSONKit
import Logging
import Stores
import TestSupport
import Testing
import Threading

@testable import WorkerEngine

@Suite(.timeLimit(.minutes(1))) struct PartTests {
    @Test func delaysDoubleUpToTheLongest() {
        let backoff = Backoff(first: .seconds(1), longest: .seconds(10))
        for (failures, full) in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (5, 10.0), (1000, 10.0)] {
            let delay = backoff.delay(afterFailures: failures, random: SystemRandom()).inSeconds
            #expect(delay >= full / 2 && delay <= full, "\(failures): \(delay)")
        }
    }

    @Test(arguments: [
        Effect.upload(path: "/x/y", key: "k"), .acknowledge(Lease(message: "1", receipt: "2")),
        .release(Lease(message: "1", receipt: "2"), delay: .milliseconds(1500), countsAsAttempt: false),
        .removeDirectory(path: "/x"), .awaitOutput(JobID("3494e851-3304-4a41-be47-44083108083b")!, ["y": 1.5]),
        .publish(
            OutgoingNotification(
                id: "a/1", notification: Notification(topic: .update, body: [["x": 1.5]], attributes: ["event": "e"]))),
    ])
    func effectsComeBackFromTheJournal(effect: Effect) throws {
        #expect(Effect(try JSON.parse(effect.json.serialized())) == effect)
    }

    @Test func theJournalRemembersInOrder() async throws {
        try await withTemporaryDirectory { directory in
            let record = AttemptRecord(
                id: SystemRandom().identifier(), job: nil, lease: Lease(message: "m", receipt: "r"), directory: "/d")
            let told = OutgoingNotification(
                id: "n", notification: Notification(topic: .update, body: [], attributes: ["event": "e"]))
            let effects: [JournaledEffect] = [
                .upload(path: "/1", key: "1"), .upload(path: "/2", key: "2"), .publish(told),
                .upload(path: "/4", key: "4"), .publish(told), .acknowledge(record.lease),
                .removeDirectory(path: "/d"), .release(record.lease, delay: .zero, countsAsAttempt: true),
            ].enumerated().map { JournaledEffect(sequence: Int64($0 + 1), effect: $1) }
            let journal = try await SQLiteJournal.open(stateDirectory: directory)
            try await journal.begin([
                BegunAttempt(record: record, effects: Array(effects[0..<2]), isComplete: false)
            ])
            try await journal.append([effects[2]], to: record.id)
            try await journal.complete(record.id, effects: Array(effects[3...]))
            try await journal.delivered(files: [record.id: [1]], finished: [])
            await journal.close()
            let again = try await SQLiteJournal.open(stateDirectory: directory)
            #expect(
                try await again.unfinished()
                    == [UnfinishedAttempt(record: record, isComplete: true, effects: Array(effects[1...]))])
            try await again.delivered(files: [:], finished: [record.id])
            #expect(try await again.unfinished().isEmpty)
            await again.close()
        }
    }

    @Test func oneWorkerPerStateDirectory() async throws {
        try await withTemporaryDirectory { directory in
            let first = try await SQLiteJournal.open(stateDirectory: directory)
            let error = await #expect(throws: StoreError.self) {
                try await SQLiteJournal.open(stateDirectory: directory)
            }
            #expect(error?.code == .conflict)
            #expect(error?.reason.contains("another foqus-worker") == true)
            await first.close()
            await (try await SQLiteJournal.open(stateDirectory: directory)).close()
        }
    }

    @Test func aBrokenJournalIsNamed() async throws {
        try await withTemporaryDirectory { directory in
            try File.write(Array(repeating: 7, count: 5000), to: directory + "/journal.sqlite3")
            let error = await #expect(throws: StoreError.self) {
                try await SQLiteJournal.open(stateDirectory: directory)
            }
            #expect(error?.code == .corrupt)
        }
    }

    @Test func anUnusableStateDirectoryIsNamed() async throws {
        try await withTemporaryDirectory { directory in
            try File.write([], to: directory + "/file")
            let path = directory + "/file/state"
            let error = await #expect(throws: StoreError.self) { try await SQLiteJournal.open(stateDirectory: path) }
            #expect(error?.description.contains(path) == true)
        }
    }

    @Test func theCacheKeepsWhatIsNeededAndForgetsTheRest() async throws {
        try await withTemporaryDirectory { directory in
            let cache = SimulationCache(root: directory, limit: 250, pool: BlockingPool(name: "t", limit: 2))
            try await cache.open()
            let fills = Locked(0)
            let fill: @Sendable (String) async throws -> Void = { path in
                fills.withLock { $0 += 1 }
                try File.write([UInt8](repeating: 1, count: 100), to: path + "/file")
            }
            async let first = cache.pin("a", fill: fill)
            async let second = cache.pin("a", fill: fill)
            #expect(try await first == second)
            #expect(fills.withLock { $0 } == 1)
            _ = try await cache.pin("b", fill: fill)
            _ = try await cache.pin("c", fill: fill)
            // All are pinned: nothing goes although the limit is passed.
            #expect(try Directory.list(directory).count == 3)
            await cache.unpin("b")
            #expect(try Set(Directory.list(directory).map(\.name)) == ["a", "c"])
            await cache.unpin("a")
            await cache.unpin("a")
            await cache.unpin("c")
            #expect(try Directory.list(directory).count == 2)
        }
    }

    @Test func aFailedStagingLeavesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let cache = SimulationCache(root: directory, limit: 100, pool: BlockingPool(name: "t", limit: 2))
            try await cache.open()
            await #expect(throws: StoreError.self) {
                try await cache.pin("a") { _ in throw StoreError(.unavailable, "x", "y") }
            }
            #expect(try Directory.list(directory).isEmpty)
            _ = try await cache.pin("a") { _ in }
            #expect(try Directory.list(directory).map(\.name) == ["a"])
        }
    }

    @Test func leasesAreRenewedAndLossIsTold() async throws {
        try await withFixture { fixture in
            let lost = Gate()
            let time = ManualTime()
            let queue = FaultyQueue(wrapped: fixture.backend.queue, theft: fixture.queueTheft)
            let keeper = LeaseKeeper(
                queue: queue, time: time, visibility: .seconds(60), progress: ProgressLedger(time: time),
                logger: fixture.logger)
            _ = try await fixture.submit(1)
            let message = try #require(
                try await queue.receive(limit: 1, visibility: .seconds(60), wait: .zero).first)
            await keeper.keep(message.lease, receivedAt: time.instant()) { lost.open() }
            let running = Task { await keeper.run() }
            try await eventually {
                time.advance(by: .seconds(20))
                return fixture.queueTheft.renewals >= 3
            }
            #expect(try await keeper.lost(among: [message.lease]).isEmpty)
            fixture.queueTheft.steal()
            try await eventually {
                time.advance(by: .seconds(20))
                return fixture.queueTheft.wasTaken
            }
            await lost.wait()
            #expect(try await keeper.lost(among: [message.lease]) == [message.lease])
            running.cancel()
        }
    }
}
