import AWSFakes
import FOQUSModel
import HTTPServer
import Logging
import TestSupport
import Testing
import Threading

@testable import AWSClient

/// The order of sources, and those that need no profile.
@Suite(.timeLimit(.minutes(2))) struct CredentialChainTests {
    private static let end = Timestamp(iso: "2026-01-01T01:00:00Z")!

    @Test func theEnvironmentComesFirst() async throws {
        try await withTemporaryDirectory { directory in
            var fixture = CredentialFixture()
            fixture.environment = try writeFiles(
                directory, credentials: "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n")
            fixture.environment.merge([
                "AWS_ACCESS_KEY_ID": " AKIA ", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t",
            ]) { $1 }
            let found = try await fixture.credentials()
            #expect(
                found
                    == AWSCredentials(
                        accessKeyID: "AKIA", secretAccessKey: "s", sessionToken: "t", source: "environment"))
            // Whoever asks for a profile in the settings means it.
            fixture.profile = "default"
            #expect(try await fixture.credentials().accessKeyID == "FILE")
        }
    }

    @Test(arguments: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
    func halfAKeyIsAMistake(variable: String) async throws {
        var fixture = CredentialFixture()
        fixture.environment = [variable: "hunter2"]
        let error = try await fixture.failure()
        #expect(error.code == "InvalidConfiguration")
        #expect(error.message.hasPrefix("\(variable) is set"))
        #expect(!error.message.contains("hunter2"))
    }

    @Test func aWebIdentityComesBeforeFiles() async throws {
        try await withTemporaryDirectory { directory in
            try await withService { call in
                stsAnswer(call, keyID: "ASIAWEB", expiration: Self.end)
            } _: { sts in
                try write("tok.en", to: directory + "/token")
                var fixture = CredentialFixture()
                fixture.environment = try writeFiles(
                    directory, credentials: "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n")
                fixture.environment.merge([
                    "AWS_WEB_IDENTITY_TOKEN_FILE": directory + "/token", "AWS_ROLE_ARN": "arn:pod",
                    "AWS_ROLE_SESSION_NAME": "pod-1", "AWS_ENDPOINT_URL_STS": sts.url,
                ]) { $1 }
                #expect(try await fixture.credentials().accessKeyID == "ASIAWEB")
                #expect(sts.calls.first?.parameters["RoleSessionName"] == "pod-1")
                #expect(sts.calls.first?.parameters["WebIdentityToken"] == "tok.en")

                fixture.environment["AWS_ROLE_ARN"] = nil
                #expect(try await fixture.failure().message.contains("AWS_ROLE_ARN is not"))
            }
        }
    }

    @Test func aBusySTSIsAskedAgain() async throws {
        try await withTemporaryDirectory { directory in
            let refusals = Locked(2)
            try await withService { call in
                let mustRefuse = refusals.withLock { left in
                    left -= 1
                    return left >= 0
                }
                return mustRefuse
                    ? FakeQueryService.refusal(status: 400, code: "IDPCommunicationError", message: "away")
                    : stsAnswer(call, keyID: "ASIAWEB", expiration: Self.end)
            } _: { sts in
                try write("secret token", to: directory + "/token")
                var fixture = CredentialFixture()
                fixture.environment = [
                    "AWS_WEB_IDENTITY_TOKEN_FILE": directory + "/token", "AWS_ROLE_ARN": "arn:pod",
                    "AWS_ENDPOINT_URL_STS": sts.url,
                ]
                let found = try await advancing(fixture.time) { [fixture] in try await fixture.credentials() }
                #expect(found.accessKeyID == "ASIAWEB")
                #expect(sts.calls.count == 3)

                refusals.withLock { $0 = 100 }
                let error = try await advancing(fixture.time) { [fixture] in try await fixture.failure() }
                #expect(error.code == "IDPCommunicationError")
                #expect(error.requestID == "request-2")
                #expect(!error.description.contains("secret token"))
                #expect(sts.calls.count == 6)
            }
        }
    }

    @Test func theInstanceRoleComesLast() async throws {
        var content = FakeMetadataServer.Content()
        content.role = ("worker role", FakeMetadataServer.roleDocument(keyID: "ASIA1", expiration: Self.end))
        try await withMetadata(content) { server in
            var fixture = CredentialFixture()
            fixture.metadata = CredentialFixture.metadataOptions(server.url)
            let found = try await fixture.credentials()
            #expect(
                found
                    == AWSCredentials(
                        accessKeyID: "ASIA1", secretAccessKey: "secret of the role", sessionToken: "session token",
                        expiration: Self.end, source: "instance role worker role"))
        }
    }

    @Test func whereNothingIsFoundEveryPlaceIsNamed() async throws {
        try await withTemporaryDirectory { home in
            try await withMetadata { server in
                var fixture = CredentialFixture()
                fixture.environment = ["HOME": home]
                fixture.metadata = CredentialFixture.metadataOptions(server.url)
                let error = try await fixture.failure()
                #expect(error.kind == .noCredentials)
                #expect(error.code == "NoCredentials")
                let search = try #require(error.underlying as? CredentialSearch)
                #expect(
                    search.places.map(\.source) == [
                        "environment", "web identity", "shared files", "container", "instance metadata",
                    ])
                #expect(
                    search.places.map(\.reason) == [
                        "AWS_ACCESS_KEY_ID is not set", "AWS_WEB_IDENTITY_TOKEN_FILE is not set",
                        "there is no profile 'default': \(home)/.aws/config does not exist, "
                            + "\(home)/.aws/credentials does not exist",
                        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and …_FULL_URI are not set",
                        "the instance has no role",
                    ])
                for place in search.places { #expect(error.message.contains(place.reason)) }
            }
        }
    }

    @Test func aMetadataServiceThatIsTurnedOffIsNotAsked() async throws {
        try await withMetadata { server in
            var fixture = CredentialFixture()
            fixture.environment = [
                "AWS_EC2_METADATA_DISABLED": "TRUE", "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url,
            ]
            fixture.metadata = InstanceMetadata.Options(environment: fixture.environment)
            let error = try await fixture.failure()
            #expect(error.message.contains("AWS_EC2_METADATA_DISABLED is true"))
            #expect(server.requests.isEmpty)
        }
    }

    @Test func anOutageOfTheMetadataServiceIsSurvived() async throws {
        var content = FakeMetadataServer.Content()
        content.role = ("worker", FakeMetadataServer.roleDocument(keyID: "ASIA1", expiration: Self.end))
        try await withMetadata(content) { server async throws in
            var fixture = CredentialFixture()
            fixture.metadata = CredentialFixture.metadataOptions(server.url)
            let provider = fixture.identity().credentials
            #expect(try await provider.credentials().accessKeyID == "ASIA1")
            for (outage, minutes) in [(503, 55), (403, 10), (500, 30)] {
                server.change { $0.outage = outage }
                fixture.time.advance(by: .seconds(60 * minutes))
                let asked = server.requests.count
                for _ in 0..<5 { #expect(try await provider.credentials().accessKeyID == "ASIA1") }
                #expect(server.requests.count > asked)
            }
            server.change { content in
                content.outage = nil
                content.role?.document = FakeMetadataServer.roleDocument(
                    keyID: "ASIA2", expiration: Self.end + .seconds(7200))
            }
            fixture.time.advance(by: .seconds(120))
            #expect(try await provider.credentials().accessKeyID == "ASIA2")
            #expect(
                fixture.sink.entries.map(\.level).filter { $0 > .info } == [.warning, .warning, .notice],
                "\(fixture.sink.messages)")
        }
    }

    @Test func filesThatCannotBeReadAreNamed() async throws {
        try await withTemporaryDirectory { directory in
            var fixture = CredentialFixture()
            fixture.environment = ["AWS_CONFIG_FILE": directory, "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"]
            let error = try await fixture.failure()
            #expect(error.message.contains("\(directory) cannot be read: "))
            #expect(error.message.contains("/nonexistent does not exist"))
        }
    }

    @Test(arguments: ["", "\n", "two\nlines\n"]) func aTokensFileHoldsOneToken(text: String) async throws {
        try await withTemporaryDirectory { directory in
            try write(text, to: directory + "/token")
            var fixture = CredentialFixture()
            fixture.environment = ["AWS_WEB_IDENTITY_TOKEN_FILE": directory + "/token", "AWS_ROLE_ARN": "arn:pod"]
            #expect(try await fixture.failure().message == "\(directory)/token must hold one token in one line")
        }
    }

    @Test(arguments: [
        "", "<Credentials><AccessKeyId>A</AccessKeyId></Credentials>",
        "<Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey>"
            + "<SessionToken>t</SessionToken><Expiration>tomorrow</Expiration></Credentials>",
    ])
    func anAnswerOfSTSWithoutCredentialsIsRefused(result: String) async throws {
        try await withTemporaryDirectory { directory in
            try await withService { call in
                FakeQueryService.answer(call.action, result)
            } _: { sts in
                try write("token", to: directory + "/token")
                var fixture = CredentialFixture()
                fixture.environment = [
                    "AWS_WEB_IDENTITY_TOKEN_FILE": directory + "/token", "AWS_ROLE_ARN": "arn:pod",
                    "AWS_ENDPOINT_URL_STS": sts.url,
                ]
                let error = try await fixture.failure()
                #expect(error.kind == .transport)
                #expect(!error.description.contains("hunter2"))
            }
        }
    }

    @Test(arguments: [
        ("{}", "answers without AccessKeyId"), ("<html>", "no JSON"),
        (#"{"Code": "AssumeRoleUnauthorizedAccess", "Message": "no trust"}"#, "AssumeRoleUnauthorizedAccess: no trust"),
        (#"{"AccessKeyId": "A", "SecretAccessKey": "hunter2", "Expiration": "soon"}"#, "'soon', which is no time"),
    ])
    func whatIsNoRoleDocumentIsRefused(document: String, words: String) async throws {
        var content = FakeMetadataServer.Content()
        content.role = ("worker", document)
        try await withMetadata(content) { server in
            var fixture = CredentialFixture()
            fixture.metadata = CredentialFixture.metadataOptions(server.url)
            let error = try await fixture.failure()
            #expect(error.message.contains(words), "\(error)")
            #expect(!error.description.contains("hunter2"))
        }
    }
}

/// Runs `body` while time moves on for whoever sleeps.
func advancing<Value: Sendable>(
    _ time: ManualTime, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let mover = Task {
        while !Task.isCancelled {
            if time.sleepers > 0 { time.advance(by: .seconds(1)) }
            try? await Task.sleep(for: .milliseconds(2))
        }
    }
    defer { mover.cancel() }
    return try await body()
}
