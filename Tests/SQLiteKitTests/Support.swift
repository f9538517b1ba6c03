import SQLiteKit
import TestSupport

let items = Schema(versions: ["CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT UNIQUE, body ANY) STRICT"])

/// Lends a new database with the table `items` and closes it afterwards.
func withDatabase(
    _ options: Database.Options = Database.Options(synchronous: .normal),
    _ body: (Database) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let database = try Database.open(directory + "/test.db", options: options, schema: items)
        do {
            try await body(database)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }
}

extension Database {
    func add(_ name: String) async throws {
        try await write { try $0.execute("INSERT INTO items (name) VALUES (?)", name) }
    }

    func names() async throws -> [String] {
        try await read { try $0.query("SELECT name FROM items ORDER BY id") { $0.text(0) } }
    }
}

/// The code with which `body` fails; `nil` when it does not.
func code(_ body: () async throws -> some Any) async -> SQLiteError.Code? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? SQLiteError)?.code
    }
}
