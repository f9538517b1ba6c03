import FOQUSModel
import SQLiteKit
import Stores

/// The users' table. Hashes never show up in an error: a statement's parameters are not part of any message.
struct EmbeddedUsers: UserDirectory {
    let core: Core

    func user(_ name: UserName) async throws(StoreError) -> User? {
        try await core.read("look up user \(name)") { connection in
            try connection.query(
                "SELECT name, password_hash, created FROM user WHERE name = ?", name.description
            ) { try Self.user($0) }.first
        }
    }

    func put(_ user: User) async throws(StoreError) {
        try await core.write("save user \(user.name)") { connection in
            try connection.execute(
                """
                INSERT INTO user (name, password_hash, created) VALUES (?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash
                """, user.name.description, user.passwordHash, user.created.milliseconds)
        }
    }

    func remove(_ name: UserName) async throws(StoreError) -> Bool {
        try await core.write("remove user \(name)") { connection in
            try connection.execute("DELETE FROM user WHERE name = ?", name.description)
            return connection.changes > 0
        }
    }

    func users() async throws(StoreError) -> [User] {
        try await core.read("list the users") { connection in
            try connection.query("SELECT name, password_hash, created FROM user ORDER BY name") { try Self.user($0) }
        }
    }

    private static func user(_ row: Row) throws -> User {
        guard let name = try? UserName(row.text(0)) else { throw UnreadableRow("a user has no valid name") }
        return User(name: name, passwordHash: row.text(1), created: row.time(2))
    }
}
