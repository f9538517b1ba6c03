import Glibc
import SQLiteKit
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ErrorTests {
    @Test func namesConstraints() async throws {
        try await withDatabase { database in
            try await database.add("a")
            #expect(await code { try await database.add("a") } == .notUnique)
            #expect(
                await code { try await database.write { try $0.execute("INSERT INTO items (id) VALUES (1)") } }
                    == .notUnique)
            #expect(
                await code { try await database.write { try $0.execute("INSERT INTO items (id) VALUES ('x')") } }
                    == .other)
            try await database.write {
                try $0.executeScript("CREATE TABLE parts (item INTEGER NOT NULL REFERENCES items (id))")
            }
            for value in [SQLiteValue.integer(9), .null] {
                #expect(
                    await code { try await database.write { try $0.execute("INSERT INTO parts VALUES (?)", value) } }
                        == .constraint)
            }
        }
    }

    @Test func showsStatementAndFileButNoValues() async throws {
        try await withDatabase { database in
            try await database.add("secret")
            let error = await #expect(throws: SQLiteError.self) { try await database.add("secret") }
            let text = try #require(error?.description)
            #expect(text.contains(database.path))
            #expect(text.contains("INSERT INTO items (name) VALUES (?)"))
            #expect(text.contains("UNIQUE constraint failed: items.name"))
            #expect(!text.contains("secret"))
            #expect(error?.extendedCode == 2067)
        }
    }

    @Test func refusesWrongSQL() async throws {
        try await withDatabase { database in
            for sql in ["SELEC 1", "SELECT \"unknown\"", "SELECT * FROM nothing", "", "-- nothing"] {
                #expect(await code { try await database.read { try $0.execute(sql) } } == .other, "\(sql)")
            }
            #expect(await code { try await database.read { try $0.execute("SELECT ?") } } == .other)
            #expect(await code { try await database.read { try $0.execute("SELECT ?", 1, 2) } } == .other)
        }
    }

    @Test func readersCannotWrite() async throws {
        try await withDatabase { database in
            #expect(
                await code { try await database.read { try $0.execute("INSERT INTO items (name) VALUES ('x')") } }
                    == .readOnly)
        }
    }

    @Test func recognisesFilesThatAreNoDatabase() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/text"
            let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
            let text = Array(repeating: UInt8(ascii: "x"), count: 8192)
            #expect(write(file, text, text.count) == text.count)
            close(file)
            #expect(await code { try Database.open(path) } == .notADatabase)
            #expect(await code { try Database.open(directory + "/missing/test.db") } == .cannotOpen)
            #expect(await code { try Database.open(directory) } == .cannotOpen)
        }
    }

    @Test func recognisesAFullDisk() async throws {
        try await withDatabase { database in
            try await database.add("before")
            try await database.write { try $0.query("PRAGMA max_page_count = 10") { $0.int(0) } }
            let big = [UInt8](repeating: 1, count: 100_000)
            #expect(
                await code { try await database.write { try $0.execute("INSERT INTO items (body) VALUES (?)", big) } }
                    == .diskFull)
            try await database.add("after")
            #expect(try await database.names() == ["before", "after"])
        }
    }

    @Test func givesUpOnALockAfterTheTimeout() async throws {
        let options = Database.Options(synchronous: .normal, busyTimeout: .milliseconds(20))
        try await withDatabase(options) { first in
            let second = try Database.open(first.path, options: options)
            // The first writer holds its lock until the second has given up.
            let release = Gate()
            async let held: Void = first.write { connection in
                try connection.execute("INSERT INTO items (name) VALUES ('held')")
                release.enter()
            }
            try await eventually { release.isEntered }
            #expect(await code { try await second.add("refused") } == .busy)
            release.open()
            try await held
            try await second.add("later")
            #expect(try await second.names() == ["held", "later"])
            await second.close()
        }
    }
}
