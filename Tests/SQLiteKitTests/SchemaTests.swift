import SQLiteKit
import TestSupport
import Testing
import Threading

@Suite(.timeLimit(.minutes(1))) struct SchemaTests {
    private let first = "CREATE TABLE a (x); INSERT INTO a VALUES (1)"
    private let second = "CREATE TABLE b (y); INSERT INTO b SELECT x + 1 FROM a"

    @Test func bringsOldFilesUpToDate() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/test.db"
            for versions in [[first], [first, second], [first, second]] {
                let database = try Database.open(path, schema: Schema(versions: versions))
                #expect(try await database.read { try $0.query("SELECT x FROM a") { $0.int(0) } } == [1])
                #expect(
                    try await database.read { try $0.first("PRAGMA user_version") { $0.int(0) } } == versions.count)
                await database.close()
            }
            let database = try Database.open(path)
            #expect(try await database.read { try $0.query("SELECT y FROM b") { $0.int(0) } } == [2])
            #expect(try await database.write { try $0.first("PRAGMA foreign_keys") { $0.int(0) } } == 1)
            await database.close()
        }
    }

    @Test func refusesFilesOfNewerPrograms() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/test.db"
            try await Database.open(path, schema: Schema(versions: [first, second])).close()
            let error = #expect(throws: SQLiteError.self) { try Database.open(path, schema: Schema(versions: [first])) }
            #expect(error?.code == .newerSchema)
            #expect(error?.description.contains("version 2, but 1 is the last known") == true)
        }
    }

    @Test func undoesAScriptThatFails() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/test.db"
            let broken = Schema(versions: [first, "CREATE TABLE b (y); INSERT INTO nothing VALUES (1)"])
            #expect(await code { try Database.open(path, schema: broken) } == .other)
            let dangling = "PRAGMA foreign_keys = OFF; CREATE TABLE c (x REFERENCES a (x)); INSERT INTO c VALUES (9)"
            let keyed = "CREATE TABLE a (x PRIMARY KEY)"
            #expect(await code { try Database.open(path, schema: Schema(versions: [keyed, dangling])) } == .constraint)
            let database = try Database.open(path, schema: Schema(versions: [first, second]))
            #expect(try await database.read { try $0.query("SELECT y FROM b") { $0.int(0) } } == [2])
            await database.close()
        }
    }

    @Test func letsManyOpenersCreateItAtOnce() async throws {
        try await withTemporaryDirectory { directory in
            let pool = BlockingPool(name: "openers", limit: 8)
            let schema = Schema(versions: [first, second])
            let databases = try await withThrowingTaskGroup(of: Database.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await pool.run { try Database.open(directory + "/test.db", schema: schema) } }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(try await databases[0].read { try $0.query("SELECT x FROM a") { $0.int(0) } } == [1])
            for database in databases { await database.close() }
        }
    }
}
