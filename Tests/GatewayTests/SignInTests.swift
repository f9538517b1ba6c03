import EmbeddedStores
import FOQUSModel
import HTTPServer
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct SignInTests {
    @Test func withoutCredentialsTheAnswerSaysHowToSignIn() async throws {
        try await Harness.with { harness async throws in
            for header in [nil, "Basic Og==", "Bearer x", "Basic ????"] as [String?] {
                let response = try await harness.send("GET", "/session", as: header)
                #expect(response.status == 401)
                #expect(response.headers["WWW-Authenticate"]?.hasPrefix("Basic realm=") == true)
                #expect(response.headers["Access-Control-Allow-Origin"] == "*")
            }
        }
    }

    @Test func wrongPasswordsAndUnknownUsersLookTheSame() async throws {
        try await Harness.with { harness async throws in
            let wrong = try await harness.send("GET", "/session", as: BasicHeader.value("ann", "ann"))
            let unknown = try await harness.send("GET", "/session", as: BasicHeader.value("nobody", "ann:secret"))
            let impossible = try await harness.send("GET", "/session", as: BasicHeader.value("../x", "ann:secret"))
            #expect([wrong.status, unknown.status, impossible.status] == [403, 403, 403])
            #expect(wrong.body == unknown.body && unknown.body == impossible.body)
        }
    }

    @Test func aChangedPasswordIsWrongAtOnceAndARemovedUserIsOut() async throws {
        try await Harness.with { harness async throws in
            #expect(try await harness.send("GET", "/session").status == 200)
            try await harness.backend.users.put(
                User(name: Harness.ann.name, passwordHash: TestHash.of("new"), created: Harness.moment))
            #expect(try await harness.send("GET", "/session").status == 403)
            #expect(try await harness.send("GET", "/session", as: BasicHeader.value("ann", "new")).status == 200)
            _ = try await harness.backend.users.remove(Harness.ann.name)
            #expect(try await harness.send("GET", "/session", as: BasicHeader.value("ann", "new")).status == 403)
        }
    }

    @Test func rightCredentialsAreCheckedWhereTheyAreNotNeeded() async throws {
        try await Harness.with { harness async throws in
            #expect(try await harness.send("POST", "/session", as: nil).status == 200)
            #expect(try await harness.send("POST", "/session", as: BasicHeader.value("ann", "x")).status == 403)
            #expect(try await harness.send("GET", "/application", as: BasicHeader.value("ann", "x")).status == 200)
        }
    }

    @Test func passwordsAreNeverLogged() async throws {
        try await Harness.with { harness async throws in
            _ = try await harness.send("GET", "/session")
            _ = try await harness.send("GET", "/session", as: BasicHeader.value("ann", "wrong-guess"))
            #expect(!harness.log.entries.isEmpty)
            for entry in harness.log.entries {
                let line = entry.message + entry.metadata.facts.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
                #expect(!line.contains("secret") && !line.contains("wrong-guess") && !line.contains("Basic"))
            }
        }
    }
}
