import AWSPeers
import StoreConformance
import Testing

/// The promises of an object store, kept on servers by four authors. What a peer itself cannot do is left out: of keys
/// like `a/` and line feeds boto3 cannot make all of them an object either.
@Suite(.serialized) struct S3ConformanceTests {
    static let checks = ConformanceCheck.checks(of: [.objects], with: [.objects])

    @Test(.timeLimit(.minutes(3)), arguments: checks)
    func onMinistack(_ check: ConformanceCheck) async throws {
        try await S3Fixture.with(try await .ministack()) { fixture in
            try await check.run(fixture.storeUnderTest([.keysAreBytes, .anyKey]))
        }
    }

    @Test(.timeLimit(.minutes(3)), arguments: checks)
    func onSeaweedfs(_ check: ConformanceCheck) async throws {
        try await S3Fixture.with(try await .seaweedfs()) { fixture in
            try await check.run(fixture.storeUnderTest([.keysAreBytes]))
        }
    }

    @Test(.timeLimit(.minutes(3)), arguments: checks)
    func onRoto(_ check: ConformanceCheck) async throws {
        try await S3Fixture.with(try await .roto()) { fixture in
            try await check.run(fixture.storeUnderTest([.keysAreBytes], objectLimit: 256 << 10))
        }
    }

    @Test(.timeLimit(.minutes(3)), arguments: checks)
    func onMoto(_ check: ConformanceCheck) async throws {
        try await S3Fixture.with(try await .moto()) { fixture in
            try await check.run(fixture.storeUnderTest([.keysAreBytes]))
        }
    }
}
