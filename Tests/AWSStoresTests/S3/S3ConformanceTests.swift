import AWSPeers
import StoreConformance
import Testing

/// The promises of an object store, kept on servers by four authors. What a peer itself cannot do is left out: of keys
/// like `a/` and line feeds boto3 cannot make all of them an object either.
///
/// The checks of one peer run one after the other, those of several beside each other.
struct S3ConformanceTests {
    static let checks = ConformanceCheck.checks(of: [.objects], with: [.objects])

    @Test(.serialized, .timeLimit(.minutes(3)), arguments: checks)
    func onMinistack(_ check: ConformanceCheck) async throws {
        try await S3Fixture.with(try await .ministack()) { fixture in
            try await check.run(fixture.storeUnderTest([.keysAreBytes, .anyKey]))
        }
    }

    @Test(.serialized, .timeLimit(.minutes(3)), arguments: checks)
    func onSeaweedfs(_ check: ConformanceCheck) async throws {
        try await S3Fixture.with(try await .seaweedfs()) { fixture in
            try await check.run(fixture.storeUnderTest([.keysAreBytes]))
        }
    }

    @Test(.serialized, .timeLimit(.minutes(3)), arguments: checks)
    func onRoto(_ check: ConformanceCheck) async throws {
        try await S3Fixture.with(try await .roto()) { fixture in
            try await check.run(fixture.storeUnderTest([.keysAreBytes], objectLimit: 256 << 10))
        }
    }

    @Test(.serialized, .timeLimit(.minutes(3)), arguments: checks)
    func onMoto(_ check: ConformanceCheck) async throws {
        try await S3Fixture.with(try await .moto()) { fixture in
            try await check.run(fixture.storeUnderTest([.keysAreBytes]))
        }
    }
}
