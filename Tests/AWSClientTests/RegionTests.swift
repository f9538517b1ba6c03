import AWSFakes
import TestSupport
import Testing

@testable import AWSClient

@Suite(.timeLimit(.minutes(2))) struct RegionTests {
    @Test func eachPlaceYieldsToTheOnesBefore() async throws {
        try await withTemporaryDirectory { directory in
            try await withMetadata { server in
                var fixture = CredentialFixture()
                fixture.metadata = CredentialFixture.metadataOptions(server.url)
                fixture.environment = try writeFiles(
                    directory, config: "[default]\nregion = us-west-1\n[profile other]\nregion = us-west-2\n")
                fixture.environment.merge(["AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-south-1"]) { $1 }
                try await expect(fixture, ResolvedRegion(name: "eu-north-1", source: "AWS_REGION"))
                fixture.environment["AWS_REGION"] = ""
                try await expect(fixture, ResolvedRegion(name: "eu-south-1", source: "AWS_DEFAULT_REGION"))
                fixture.environment["AWS_DEFAULT_REGION"] = nil
                try await expect(fixture, ResolvedRegion(name: "us-west-1", source: "profile default"))
                fixture.profile = "other"
                try await expect(fixture, ResolvedRegion(name: "us-west-2", source: "profile other"))
                #expect(server.requests.isEmpty)
                fixture.profile = nil
                fixture.environment = [:]
                try await expect(fixture, ResolvedRegion(name: "eu-west-1", source: "instance metadata"))
            }
        }
    }

    private func expect(_ fixture: CredentialFixture, _ region: ResolvedRegion, line: Int = #line) async throws {
        let found = try await fixture.identity().region()
        #expect(found == region, "line \(line)")
    }

    @Test func noRegionAnywhereIsExplained() async throws {
        let error = await #expect(throws: AWSError.self) { try await CredentialFixture().identity().region() }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.code == "NoRegion")
        #expect(error?.message.hasPrefix("no AWS region is known; set AWS_REGION, or region in the profile") == true)
    }

    @Test(arguments: ["EU (Ireland)", "eu-west-1.example.org/", "EU-WEST-1"])
    func whatIsNoRegionIsRefused(name: String) async throws {
        var fixture = CredentialFixture()
        fixture.environment = ["AWS_DEFAULT_REGION": name]
        let identity = fixture.identity()
        let error = await #expect(throws: AWSError.self) { try await identity.region() }
        #expect(error?.message == "'\(name)' of AWS_DEFAULT_REGION is no AWS region, as eu-west-1 is one")
    }
}
