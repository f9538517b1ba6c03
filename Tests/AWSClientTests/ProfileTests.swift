import AWSFakes
import FOQUSModel
import HTTPServer
import TestSupport
import Testing

@testable import AWSClient

/// Credentials by profiles of the shared files.
@Suite(.timeLimit(.minutes(2))) struct ProfileTests {
    private static let end = Timestamp(iso: "2026-01-01T01:00:00Z")!

    @Test func keysOfBothFilesAreReadTogether() async throws {
        try await withTemporaryDirectory { directory in
            var fixture = CredentialFixture()
            fixture.environment = try writeFiles(
                directory, config: "[profile build]\naws_access_key_id = old\naws_session_token = t\n",
                credentials: "[build]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n")
            fixture.environment["AWS_PROFILE"] = "build"
            let found = try await fixture.credentials()
            #expect(
                found
                    == AWSCredentials(
                        accessKeyID: "AKIA1", secretAccessKey: "s", sessionToken: "t", source: "profile build"))
        }
    }

    @Test func aHomeDirectoryHoldsTheFiles() async throws {
        try await withTemporaryDirectory { home in
            var fixture = CredentialFixture()
            _ = try writeFiles(home, credentials: "[default]\naws_access_key_id = A\naws_secret_access_key = s\n")
            fixture.environment = ["HOME": home, "AWS_SHARED_CREDENTIALS_FILE": "~/credentials"]
            #expect(try await fixture.credentials().accessKeyID == "A")
        }
    }

    @Test func aChainOfRolesIsFollowedToItsKeys() async throws {
        try await withTemporaryDirectory { directory in
            try await withService { call in
                stsAnswer(call, keyID: "ASIA-\(call.parameters["RoleArn"] ?? "")", expiration: Self.end)
            } _: { sts in
                var fixture = CredentialFixture()
                fixture.environment = try writeFiles(
                    directory,
                    config: """
                        [profile work]
                        role_arn = arn:work
                        source_profile = hop
                        external_id = outside
                        role_session_name = me@example.org
                        duration_seconds = 1800
                        region = eu-central-1
                        [profile hop]
                        role_arn = arn:hop
                        source_profile = keys
                        """, credentials: "[keys]\naws_access_key_id = AKIA\naws_secret_access_key = s\n")
                fixture.environment["AWS_PROFILE"] = "work"
                fixture.environment["AWS_ENDPOINT_URL_STS"] = sts.url
                let found = try await fixture.credentials()
                #expect(
                    found
                        == AWSCredentials(
                            accessKeyID: "ASIA-arn:work", secretAccessKey: "secret-ASIA-arn:work",
                            sessionToken: "token-ASIA-arn:work", expiration: Self.end, source: "role arn:work"))
                let calls = sts.calls
                try #require(calls.count == 2)
                #expect(calls.map(\.action) == ["AssumeRole", "AssumeRole"])
                #expect(
                    calls[0].authorization?.hasPrefix(
                        "AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-central-1/sts/aws4_request") == true)
                #expect(calls[0].sessionToken == nil)
                #expect(calls[0].parameters["RoleSessionName"] == "foqus-worker-1767225600000")
                #expect(calls[0].parameters["ExternalId"] == nil)
                #expect(
                    calls[1].authorization?.hasPrefix("AWS4-HMAC-SHA256 Credential=ASIA-arn:hop/") == true)
                #expect(calls[1].sessionToken == "token-ASIA-arn:hop")
                #expect(
                    calls[1].parameters == [
                        "Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": "arn:work", "ExternalId": "outside",
                        "RoleSessionName": "me@example.org", "DurationSeconds": "1800",
                    ])
            }
        }
    }

    @Test func aProfileMayNameItselfForItsKeys() async throws {
        try await withTemporaryDirectory { directory in
            try await withService { call in
                stsAnswer(call, keyID: "ASIA", expiration: Self.end)
            } _: { sts in
                var fixture = CredentialFixture()
                fixture.profile = "me"
                fixture.environment = try writeFiles(
                    directory, config: "[profile me]\nrole_arn = arn:r\nsource_profile = me\n",
                    credentials: "[me]\naws_access_key_id = AKIA\naws_secret_access_key = s\n")
                fixture.environment["AWS_ENDPOINT_URL"] = sts.url
                #expect(try await fixture.credentials().accessKeyID == "ASIA")
                // Without any region the global endpoint is called, which signs as us-east-1.
                #expect(sts.calls[0].authorization?.contains("AKIA/20260101/us-east-1/sts/") == true)
            }
        }
    }

    @Test func credentialSourceNamesAnotherSource() async throws {
        try await withTemporaryDirectory { directory in
            try await withService { call in
                stsAnswer(call, keyID: "ASIA", expiration: Self.end)
            } _: { sts in
                var content = FakeMetadataServer.Content()
                content.role = (
                    "worker", FakeMetadataServer.roleDocument(keyID: "ASIAINSTANCE", expiration: Self.end)
                )
                try await withMetadata(content) { server in
                    var fixture = CredentialFixture()
                    fixture.metadata = CredentialFixture.metadataOptions(server.url)
                    fixture.environment = try writeFiles(
                        directory,
                        config: """
                            [profile instance]
                            role_arn = arn:i
                            credential_source = Ec2InstanceMetadata
                            [profile container]
                            role_arn = arn:c
                            credential_source = EcsContainer
                            [profile variables]
                            role_arn = arn:v
                            credential_source = Environment
                            """)
                    fixture.environment.merge([
                        "AWS_ENDPOINT_URL_STS": sts.url, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIAENV",
                        "AWS_SECRET_ACCESS_KEY": "s",
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI":
                            "\(server.url)/latest/meta-data/iam/security-credentials/worker",
                    ]) { _, new in new }
                    server.change { $0.requiresToken = false }
                    for (profile, key) in [
                        ("instance", "ASIAINSTANCE"), ("container", "ASIAINSTANCE"), ("variables", "AKIAENV"),
                    ] {
                        fixture.profile = profile
                        #expect(try await fixture.credentials().source == "role arn:\(profile.prefix(1))")
                        #expect(sts.calls.last?.authorization?.contains("Credential=\(key)/") == true)
                    }
                }
            }
        }
    }

    @Test func aWebIdentityIsNotSigned() async throws {
        try await withTemporaryDirectory { directory in
            try await withService { call in
                stsAnswer(call, keyID: "ASIAWEB", expiration: Self.end)
            } _: { sts in
                try write("a token\n", to: directory + "/token")
                var fixture = CredentialFixture()
                fixture.environment = try writeFiles(
                    directory,
                    config:
                        "[default]\nrole_arn = arn:w\nweb_identity_token_file = \(directory)/token\nregion = eu-west-1\n"
                )
                fixture.environment["AWS_ENDPOINT_URL_STS"] = sts.url
                #expect(try await fixture.credentials().accessKeyID == "ASIAWEB")
                let call = try #require(sts.calls.first)
                #expect(call.authorization == nil)
                #expect(
                    call.parameters == [
                        "Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": "arn:w",
                        "RoleSessionName": "foqus-worker-1767225600000", "WebIdentityToken": "a token",
                    ])
            }
        }
    }

    private static let mistakes: [(config: String, code: String, words: [String])] = [
        (
            "[profile p]\nrole_arn=a\nsource_profile=q\n[profile q]\nrole_arn=b\nsource_profile=r\n"
                + "[profile r]\nrole_arn=c\nsource_profile=q\n", "InvalidConfiguration", ["p -> q -> r -> q"]
        ),
        ("[profile p]\nrole_arn=a\nsource_profile=p\n", "InvalidConfiguration", ["'p' has no aws_access_key_id"]),
        ("[profile p]\nrole_arn=a\nsource_profile=gone\n", "InvalidConfiguration", ["source_profile = gone"]),
        ("[profile p]\nrole_arn=a\nsource_profile=q\n[profile q]\n", "InvalidConfiguration", ["neither", "'q'"]),
        ("[profile p]\nrole_arn=a\n", "InvalidConfiguration", ["source_profile", "credential_source"]),
        (
            "[profile p]\nrole_arn=a\nsource_profile=q\ncredential_source=Environment\n", "InvalidConfiguration",
            ["both"]
        ),
        (
            "[profile p]\nrole_arn=a\ncredential_source=Hope\n", "InvalidConfiguration",
            ["Ec2InstanceMetadata, EcsContainer, Environment"]
        ),
        (
            "[profile p]\nrole_arn=a\ncredential_source=Environment\n", "InvalidConfiguration",
            ["AWS_ACCESS_KEY_ID is not set"]
        ),
        (
            "[profile p]\nrole_arn=a\nsource_profile=q\nmfa_serial=1\n[profile q]\naws_access_key_id=A\n"
                + "aws_secret_access_key=hunter2\n", "InvalidConfiguration", ["mfa_serial"]
        ),
        ("[profile p]\nrole_arn=a\nduration_seconds=60\n", "InvalidConfiguration", ["900 to 43200"]),
        ("[profile p]\naws_secret_access_key=hunter2\n", "InvalidConfiguration", ["no aws_access_key_id"]),
        ("[profile p]\naws_access_key_id=A\n", "InvalidConfiguration", ["no aws_secret_access_key"]),
        (
            "[profile p]\ncredential_process=/bin/hunter2\n", "InvalidConfiguration",
            ["credential_process", "not supported"]
        ),
        ("[profile p]\nsso_session=x\n", "InvalidConfiguration", ["IAM Identity Center"]),
        (
            "[profile p]\nrole_arn=a\nweb_identity_token_file=/nonexistent/token\n", "InvalidConfiguration",
            ["/nonexistent/token", "No such file"]
        ),
        ("[profile p]\nregion=x\n", "NoCredentials", ["profile 'p' has neither"]),
        ("[p]\nregion=x\n", "InvalidConfiguration", ["no profile 'p'", "line 1", "[profile NAME]"]),
    ]

    @Test(arguments: 0..<mistakes.count) func mistakesAreNamed(index: Int) async throws {
        let (config, code, words) = Self.mistakes[index]
        try await withTemporaryDirectory { directory in
            var fixture = CredentialFixture()
            fixture.profile = "p"
            fixture.environment = try writeFiles(directory, config: config)
            let error = try await fixture.failure()
            #expect(error.kind == .noCredentials)
            #expect(error.code == code, "\(error)")
            for word in words { #expect(error.message.contains(word), "\(error)") }
            #expect(!error.description.contains("hunter2"))
        }
    }

    @Test func aRefusalOfSTSIsHandedOn() async throws {
        try await withTemporaryDirectory { directory in
            try await withService { _ in
                FakeQueryService.refusal(status: 403, code: "AccessDenied", message: "not for you")
            } _: { sts in
                var fixture = CredentialFixture()
                fixture.profile = "p"
                fixture.environment = try writeFiles(
                    directory, config: "[profile p]\nrole_arn=arn:r\nsource_profile=q\n",
                    credentials: "[q]\naws_access_key_id=AKIA\naws_secret_access_key=hunter2\n")
                fixture.environment["AWS_ENDPOINT_URL_STS"] = sts.url
                let error = try await fixture.failure()
                #expect(error.kind == .service)
                #expect(error.status == 403)
                #expect(error.message.hasPrefix("profile 'p': assume arn:r as AKIA: "))
                #expect(error.message.contains("not for you"))
                #expect(!error.description.contains("hunter2"))
            }
        }
    }
}
