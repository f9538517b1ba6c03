import Glibc
import SQLiteKit
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct DatabaseTests {
    @Test func manyTasksWriteAndReadAtOnce() async throws {
        try await withDatabase(.init(synchronous: .normal, readers: 2)) { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        for step in 0..<50 {
                            try await database.add("\(writer)/\(step)")
                            let own = try await database.read { connection in
                                try connection.first(
                                    "SELECT count(*) FROM items WHERE name LIKE ?", "\(writer)/%"
                                ) { $0.int(0) }
                            }
                            #expect(own == step + 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.names().count == 400)
        }
    }

    /// Two databases on one file contend exactly as two processes do.
    @Test func severalOpenersLoseNoUpdate() async throws {
        try await withDatabase { first in
            try await first.write { try $0.execute("INSERT INTO items (id, body) VALUES (1, 0)") }
            let second = try Database.open(first.path, options: .init(synchronous: .normal))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for database in [first, second, first, second] {
                    group.addTask {
                        for _ in 0..<100 {
                            try await database.write { connection in
                                let old = try connection.first("SELECT body FROM items WHERE id = 1") { $0.int(0) }
                                try connection.execute("UPDATE items SET body = ? WHERE id = 1", (old ?? 0) + 1)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await second.read { try $0.first("SELECT body FROM items") { $0.int(0) } } == 400)
            await second.close()
        }
    }

    @Test func aReadSeesOneState() async throws {
        try await withDatabase { database in
            let gate = Gate()
            async let counts = database.read { connection in
                let count = { try connection.first("SELECT count(*) FROM items") { $0.int(0) } }
                let before = try count()
                gate.enter()
                return [before, try count()]
            }
            try await eventually { gate.isEntered }
            try await database.add("meanwhile")
            gate.open()
            #expect(try await counts == [0, 0])
            #expect(try await database.names() == ["meanwhile"])
        }
    }

    @Test func aReadThatFailsLeavesTheReaderUsable() async throws {
        try await withDatabase { database in
            struct Refusal: Error {}
            await #expect(throws: Refusal.self) {
                try await database.read { connection in
                    _ = try connection.prepare("SELECT 1 UNION SELECT 2").step()
                    throw Refusal()
                }
            }
            try await database.add("a")
            #expect(try await database.names() == ["a"])
        }
    }

    @Test func closingFinishesWhatIsQueued() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/test.db"
            let database = try Database.open(path, schema: items)
            let gate = Gate()
            async let held: Void = database.write { _ in gate.enter() }
            try await eventually { gate.isEntered }
            let queued = Task { await code { try await database.add("queued") } }
            async let closed: Void = database.close()
            try await eventually { await code { try await database.names() } == .closed }
            gate.open()
            try await held
            // Queued before the closing or refused by it: never lost without an answer.
            let refused = await queued.value
            await closed
            await database.close()
            #expect(await code { try await database.add("late") } == .closed)
            let again = try Database.open(path, schema: items)
            #expect(try await again.names() == (refused == nil ? ["queued"] : []))
            #expect(refused == nil || refused == .closed)
            await again.close()
        }
    }

    @Test func closingRemovesTheLog() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/test.db"
            let database = try Database.open(path, options: .init(readers: 3), schema: items)
            try await database.add("a")
            #expect(access(path + "-wal", F_OK) == 0)
            await database.close()
            #expect(access(path + "-wal", F_OK) != 0)
        }
    }

    @Test func lettingGoCloses() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/test.db"
            try await Database.open(path, schema: items).add("a")
            try await eventually { access(path + "-wal", F_OK) != 0 }
        }
    }

    /// The files as they are between two commits are what a crash of the process leaves.
    @Test func everyCommitSurvivesACrash() async throws {
        try await withDatabase { database in
            for round in 0..<20 {
                try await database.add("\(round)")
                let copy = database.path + ".crash\(round)"
                for suffix in ["", "-wal"] { try copyFile(database.path + suffix, copy + suffix) }
                let recovered = try Database.open(copy, schema: items)
                #expect(try await recovered.names() == (0...round).map { "\($0)" })
                #expect(
                    try await recovered.read { try $0.first("PRAGMA integrity_check") { $0.text(0) } } == "ok")
                await recovered.close()
            }
        }
    }

    @Test func appliesOptions() async throws {
        for (mode, number) in [(Database.Options.Synchronous.normal, 1), (.full, 2)] {
            try await withDatabase(.init(synchronous: mode, cacheKiB: 300)) { database in
                let settings = try await database.write { connection in
                    try ["synchronous", "cache_size", "foreign_keys", "wal_autocheckpoint", "mmap_size"].map { name in
                        try connection.first("PRAGMA \(name)") { $0.int(0) }
                    }
                }
                #expect(settings == [number, -300, 1, 4000, 0])
            }
        }
    }
}

private func copyFile(_ source: String, _ target: String) throws {
    let input = try #require(fopen(source, "re"))
    let output = try #require(fopen(target, "we"))
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, input), count > 0 {
        try #require(fwrite(buffer, 1, count, output) == count)
    }
    fclose(input)
    fclose(output)
}
