import FOQUSModel
import JSONKit
import TestSupport
import Testing

@testable import ControlCommands

@Suite(.timeLimit(.minutes(1))) struct UserCommandsTests {
    private func hash(_ fixture: ControlFixture, _ name: String) async throws -> String? {
        try await fixture.users.user(try UserName(name))?.passwordHash
    }

    @Test func thePasswordIsAskedForTwice() async throws {
        let fixture = ControlFixture(console: TestConsole(passwords: ["se cret", "se cret"]))
        #expect(await fixture.run("user", "add", "alice") == 0)
        #expect(try await hash(fixture, "alice") == "hash of se cret")
        #expect(fixture.console.prompts == ["Password for alice: ", "The same again: "])
        #expect(fixture.console.output == "added user alice\n")
    }

    @Test func differentPasswordsChangeNothing() async throws {
        let fixture = ControlFixture(console: TestConsole(passwords: ["one", "two"]))
        #expect(await fixture.run("user", "add", "alice") == 2)
        #expect(try await hash(fixture, "alice") == nil)
    }

    @Test func passwordsComeFromFilesAndStandardInput() async throws {
        try await withTemporaryDirectory { directory in
            let file = try write("from file\r\nmore", to: "password", in: directory)
            let fixture = ControlFixture(console: TestConsole(input: "from input\n"))
            #expect(await fixture.run("user", "add", "a", "--password-file", file) == 0)
            #expect(await fixture.run("user", "add", "b", "--password-stdin") == 0)
            #expect(try await hash(fixture, "a") == "hash of from file")
            #expect(try await hash(fixture, "b") == "hash of from input")
            #expect(await fixture.run("user", "add", "c", "--password-stdin", "--password-file", file) == 2)
        }
    }

    @Test func anEmptyPasswordIsRefused() async throws {
        let fixture = ControlFixture(console: TestConsole(input: "\n"))
        #expect(await fixture.run("user", "add", "a", "--password-stdin") == 2)
        #expect(try await hash(fixture, "a") == nil)
    }

    @Test func aKnownUserIsOnlyReplacedOnDemand() async throws {
        let fixture = ControlFixture(console: TestConsole(input: "new\n"))
        let old = User(name: try UserName("a"), passwordHash: "old", created: Timestamp(milliseconds: 0))
        try await fixture.users.put(old)
        #expect(await fixture.run("user", "add", "a", "--password-stdin") == 2)
        #expect(try await hash(fixture, "a") == "old")
        #expect(await fixture.run("user", "add", "a", "--password-stdin", "--replace") == 0)
        let user = try #require(try await fixture.users.user(old.name))
        #expect(user.passwordHash == "hash of new")
        #expect(user.created == old.created)
    }

    @Test func usersAreListedAndRemoved() async throws {
        let fixture = ControlFixture()
        for name in ["bob", "al"] {
            try await fixture.users.put(
                User(name: try UserName(name), passwordHash: "secret", created: Timestamp(milliseconds: 0)))
        }
        #expect(await fixture.run("user", "list") == 0)
        #expect(await fixture.run("user", "remove", "al") == 0)
        #expect(await fixture.run("user", "remove", "al") == 1)
        #expect(
            fixture.console.output == """
                Name  Created
                al    1970-01-01T00:00:00.000Z
                bob   1970-01-01T00:00:00.000Z
                removed user al

                """)
        #expect(fixture.console.messages == "foqusctl: there is no user al. foqusctl user list shows all.\n")
    }

    @Test func namesThatCannotSignInAreRefused() async throws {
        let fixture = ControlFixture(console: TestConsole(input: "x\n"))
        #expect(await fixture.run("user", "add", "a:b", "--password-stdin") == 2)
        #expect(fixture.console.messages == "foqusctl: bad user name: it holds a colon.\n")
    }
}
