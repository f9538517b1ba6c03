import AWSPeers
import CryptoTools
import FOQUSModel
import JSONKit
import Stores
import Testing

@testable import AWSStores

/// Users whose passwords the deployment keeps in plain text.
@Suite struct DynamoUserTests {
    private func addPlain(_ fixture: DynamoFixture) async throws {
        try await Boto.run(
            """
            client("dynamodb").put_item(TableName=given,
                Item={"Type": {"S": "User"}, "Id": {"S": "test"}, "Password": {"S": "change:me"}})
            """, fixture.peer, given: .string(fixture.name))
    }

    private func row(_ fixture: DynamoFixture) async throws -> Item? {
        try await fixture.table.get(ItemKey(type: "User", id: "test"), for: "test")
    }

    @Test(.timeLimit(.minutes(2))) func aPlainPasswordServesAndStays() async throws {
        let fixture = try await DynamoFixture(.roto())
        try await addPlain(fixture)
        let users = try fixture.users(.accept)
        let name = try UserName("test")
        let user = try #require(try await users.user(name))
        #expect(try PasswordHash(parsing: user.passwordHash).verify("change:me"))
        #expect(try !PasswordHash(parsing: user.passwordHash).verify("changeme"))
        #expect(try await users.user(name) == user, "the hash is another one each time")
        #expect(try await row(fixture)?["Password"] == "change:me")
        #expect(try await users.users().map(\.passwordHash) == [DynamoUserDirectory.plainMark])
        #expect(!"\(users)".contains("change:me"))
        #expect(throws: CryptoError.self) { try PasswordHash(parsing: DynamoUserDirectory.plainMark) }
        _ = try await fixture.table.update(
            ItemKey(type: "User", id: "test"), ItemChange(set: ["Password": "another"]), for: "test")
        let changed = try #require(try await users.user(name))
        #expect(try PasswordHash(parsing: changed.passwordHash).verify("another"))
    }

    @Test(.timeLimit(.minutes(2))) func aPlainPasswordIsReplacedByItsHash() async throws {
        let fixture = try await DynamoFixture(.roto())
        try await addPlain(fixture)
        let user = try #require(try await fixture.users(.upgrade).user(try UserName("test")))
        #expect(try PasswordHash(parsing: user.passwordHash).verify("change:me"))
        let after = try #require(try await row(fixture))
        #expect(after["Password"] == nil)
        #expect(after["PasswordHash"] == .string(user.passwordHash))
        // Another process, which takes no plain passwords.
        #expect(try await fixture.users(.refuse).user(user.name)?.passwordHash == user.passwordHash)
    }

    @Test(.timeLimit(.minutes(2))) func aPlainPasswordIsRefused() async throws {
        let fixture = try await DynamoFixture(.roto())
        try await addPlain(fixture)
        let users = try fixture.users(.refuse)
        let name = try UserName("test")
        #expect(try await users.user(name) == nil)
        try await users.put(User(name: name, passwordHash: "$scrypt$x", created: fixture.time.now()))
        #expect(try await users.user(name)?.passwordHash == "$scrypt$x")
        #expect(try await row(fixture)?["Password"] == nil, "the old password still opens the lambdas' gateway")
    }
}
