import AWSClient
import AWSPeers
import AWSStores
import JSONKit
import StoreConformance
import Stores
import TestSupport

/// An S3 store with two new buckets of a peer.
struct S3Fixture: Sendable {
    let peer: AWSPeer
    let name = AWSPeer.unique("objects")
    let store: S3ObjectStore
    let scratch: String

    /// Runs `body` with a store and an empty directory.
    /// - Parameter service: what the store's calls go through; nil for the peer itself.
    static func with<Result>(
        _ peer: AWSPeer, options: S3Options = S3Options(), service: AWSService? = nil,
        _ body: (S3Fixture) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { scratch in
            let fixture = S3Fixture(peer: peer, service ?? peer.service("s3"), options: options, scratch: scratch)
            try await Boto.run(
                "for name in given: client('s3').create_bucket(Bucket=name)", peer,
                given: .array(Bucket.allCases.map { .string(fixture.bucket($0)) }))
            return try await body(fixture)
        }
    }

    private init(peer: AWSPeer, _ service: AWSService, options: S3Options, scratch: String) {
        self.peer = peer
        self.scratch = scratch
        store = Self.store(service, name, options)
    }

    private static func store(_ service: AWSService, _ name: String, _ options: S3Options) -> S3ObjectStore {
        S3ObjectStore(service: service, options: options, time: SystemTime()) { "\(name)-\($0.rawValue)" }
    }

    /// What a bucket is called at the peer.
    func bucket(_ bucket: Bucket) -> String { "\(name)-\(bucket.rawValue)" }

    /// Runs a script of boto3 that finds the bucket of sessions as `bucket`, the client as `s3`, and `given`.
    @discardableResult
    func boto(_ script: String, given: JSON = .null) async throws -> JSON {
        try await Boto.run(
            "bucket, given = given\ns3 = client('s3')\n" + script, peer,
            given: [.string(bucket(.sessions)), given])
    }

    func storeUnderTest(
        _ capabilities: Set<StoreUnderTest.Capability>, objectLimit: Int = .max
    ) -> StoreUnderTest {
        StoreUnderTest(
            objects: store, time: SystemTime(), advance: { try? await Task.sleep(for: $0) }, random: SystemRandom(),
            capabilities: capabilities, maxReceives: 1, objectLimit: objectLimit, scratch: scratch,
            reopen: {
                StoreUnderTest(
                    objects: Self.store(peer.service("s3"), name, S3Options()), time: SystemTime(),
                    advance: { try? await Task.sleep(for: $0) }, random: SystemRandom(), capabilities: capabilities,
                    maxReceives: 1, objectLimit: objectLimit, scratch: scratch, reopen: { throw CancellationError() })
            })
    }
}
