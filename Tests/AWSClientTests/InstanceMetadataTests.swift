import AWSFakes
import FOQUSModel
import TestSupport
import Testing

@testable import AWSClient

@Suite(.timeLimit(.minutes(2))) struct InstanceMetadataTests {
    private func failure(_ client: InstanceMetadata) async throws -> InstanceMetadataError {
        let region: String
        do throws(InstanceMetadataError) { region = try await client.region() } catch { return error }
        throw TestSupportError("answered \(region)")
    }

    private func client(_ server: FakeMetadataServer, _ fixture: CredentialFixture) -> InstanceMetadata {
        var fixture = fixture
        fixture.metadata = CredentialFixture.metadataOptions(server.url)
        return fixture.metadataClient()
    }

    @Test func oneTokenServesUntilItEnds() async throws {
        let fixture = CredentialFixture()
        try await withMetadata(time: fixture.time) { server async throws in
            let client = client(server, fixture)
            #expect(try await client.region() == "eu-west-1")
            #expect(try await client.instanceID() == "i-0123456789abcdef0")
            #expect(server.requests.map(\.token) == [nil, "token-1==", "token-1=="])
            fixture.time.advance(by: .seconds(21_530))
            _ = try await client.region()
            #expect(server.count("PUT", "/latest/api/token") == 1)
            // A minute ahead of its end.
            fixture.time.advance(by: .seconds(20))
            _ = try await client.region()
            #expect(server.count("PUT", "/latest/api/token") == 2)
            #expect(server.requests.last?.token == "token-2==")
        }
    }

    @Test func manyCallersShareOneToken() async throws {
        let fixture = CredentialFixture()
        try await withMetadata { server async throws in
            let client = client(server, fixture)
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 { group.addTask { try await client.region() } }
                for try await region in group { #expect(region == "eu-west-1") }
            }
            #expect(server.count("PUT", "/latest/api/token") == 1)
        }
    }

    @Test func aRefusedTokenIsReplacedOnce() async throws {
        let fixture = CredentialFixture()
        try await withMetadata { server async throws in
            let client = client(server, fixture)
            _ = try await client.region()
            server.revokeTokens()
            #expect(try await client.region() == "eu-west-1")
            #expect(server.count("PUT", "/latest/api/token") == 2)

            server.change { $0.outage = 401 }
            let error = try await failure(client)
            #expect(error.code == .failed(401))
            server.change { $0.outage = nil }
            #expect(try await client.region() == "eu-west-1")
        }
    }

    @Test(arguments: [403, 404, 405]) func version1IsOnlyUsedWhereItIsAllowed(status: Int) async throws {
        var content = FakeMetadataServer.Content()
        content.tokenStatus = status
        content.requiresToken = false
        try await withMetadata(content) { server async throws in
            var fixture = CredentialFixture()
            fixture.metadata = CredentialFixture.metadataOptions(server.url)
            let error = try await failure(fixture.metadataClient())
            #expect(error.code == .refused)
            #expect(server.requests.map(\.method) == ["PUT"])
            fixture.metadata.allowsVersion1 = true
            #expect(try await fixture.metadataClient().region() == "eu-west-1")
        }
    }

    @Test func troubleOfTheServiceIsTriedTwice() async throws {
        let fixture = CredentialFixture()
        try await withMetadata { server async throws in
            let client = client(server, fixture)
            _ = try await client.region()
            server.change { $0.outage = 503 }
            let before = server.requests.count
            #expect(try await failure(client).code == .failed(503))
            #expect(server.requests.count == before + 2)
            server.change { $0.outage = 403 }
            #expect(try await failure(client).code == .refused)
        }
    }

    @Test(arguments: [FakeMetadataServer.Silence.tokens, .all])
    func silenceIsExplained(silence: FakeMetadataServer.Silence) async throws {
        var content = FakeMetadataServer.Content()
        content.silence = silence
        try await withMetadata(content) { server async throws in
            var fixture = CredentialFixture()
            fixture.metadata = CredentialFixture.metadataOptions(server.url)
            fixture.metadata.timeout = .milliseconds(50)
            let error = try await failure(fixture.metadataClient())
            #expect(error.code == .unreachable)
            #expect(error.description.contains("--http-put-response-hop-limit 2"))
            #expect(server.requests.map(\.method) == ["PUT", "PUT"])
        }
    }

    @Test func withoutAnAnswerToPutVersion1ServesWhereItIsAllowed() async throws {
        var content = FakeMetadataServer.Content()
        content.silence = .tokens
        content.requiresToken = false
        try await withMetadata(content) { server async throws in
            var fixture = CredentialFixture()
            fixture.metadata = CredentialFixture.metadataOptions(server.url)
            fixture.metadata.allowsVersion1 = true
            fixture.metadata.timeout = .seconds(1)
            let client = fixture.metadataClient()
            #expect(try await client.region() == "eu-west-1")
            #expect(try await client.region() == "eu-west-1")
            #expect(server.requests.map(\.method) == ["PUT", "PUT", "GET", "GET"])
            // Tokens are asked for again after some time, and when they turn out to be needed.
            server.change { content in
                content.silence = .none
                content.requiresToken = true
            }
            #expect(try await client.region() == "eu-west-1")
            #expect(server.requests.last?.token == "token-3==")
        }
    }

    @Test func anAbsentServiceIsUnreachable() async throws {
        let error = try await failure(CredentialFixture().metadataClient())
        #expect(error.code == .unreachable)
        #expect(error.description.hasPrefix("no metadata service answers at http://127.0.0.99:9: "))
    }

    @Test func tagsMayHaveAnyName() async throws {
        let tags = [
            "FOQUS-Message-Topic-Arn": "arn:aws:sns:eu-west-1:1:t", "with blank": " kept as it is ", "a/b c/ö": "x=y",
            "empty": "", "100%": "all",
        ]
        try await withMetadata { server async throws in
            let client = client(server, CredentialFixture())
            #expect(try await client.tags() == [:])
            server.change { $0.tags = tags }
            #expect(try await client.tags() == tags)
            #expect(try await client.tag("a/b c/ö") == "x=y")
            #expect(try await client.tag("foqus-message-topic-arn") == nil)
        }
    }

    @Test func userDataAreBytes() async throws {
        try await withMetadata { server async throws in
            let client = client(server, CredentialFixture())
            #expect(try await client.userData() == nil)
            server.change { $0.userData = [0, 255, 10] }
            #expect(try await client.userData() == [0, 255, 10])
        }
    }

    @Test func noticesAreRead() async throws {
        try await withMetadata { server async throws in
            let client = client(server, CredentialFixture())
            #expect(try await client.spotAction() == nil)
            #expect(try await client.rebalanceRecommendation() == nil)
            #expect(try await client.targetLifecycleState() == nil)
            server.change {
                $0.spotAction = #"{"action": "stop", "time": "2026-01-01T00:02:00Z"}"#
                $0.rebalance = #"{"noticeTime": "2026-01-01T00:00:05Z"}"#
                $0.lifecycleState = "Warmed:Stopped"
            }
            let action = try await client.spotAction()
            #expect(action == .init(action: "stop", time: Timestamp(iso: "2026-01-01T00:02:00Z")!))
            #expect(try await client.rebalanceRecommendation() == Timestamp(iso: "2026-01-01T00:00:05Z"))
            #expect(try await client.targetLifecycleState()?.endsWork == true)
            server.change { $0.spotAction = "{}" }
            await #expect(throws: InstanceMetadataError.self) { try await client.spotAction() }
        }
    }

    @Test func theEnvironmentIsHeeded() {
        var options = InstanceMetadata.Options(environment: [:])
        #expect(options.endpoint == "http://169.254.169.254")
        #expect(!options.isDisabled && !options.allowsVersion1)
        options = InstanceMetadata.Options(environment: [
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1338/", "AWS_EC2_METADATA_V1_DISABLED": "False",
        ])
        #expect(options.endpoint == "http://127.0.0.1:1338")
        #expect(options.allowsVersion1)
        options = InstanceMetadata.Options(environment: [
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6", "AWS_EC2_METADATA_V1_DISABLED": "true",
        ])
        #expect(options.endpoint == "http://[fd00:ec2::254]")
        #expect(!options.allowsVersion1)
    }
}
