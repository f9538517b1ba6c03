import AWSClient
import AWSPeers
import AWSStores
import FileKit
import JSONKit
import Stores
import Testing
import Threading

/// Throttles, server errors, lost connections and answers and uploads cut short, one request in six in all.
struct S3FaultTests {
    private static let faults: [JSON] = [
        ["service": "s3", "probability": 0.05, "error": ["code": "SlowDown", "status": 503]],
        ["service": "s3", "probability": 0.03, "error": ["code": "InternalError", "status": 500]],
        ["service": "s3", "probability": 0.03, "reset": true],
        ["service": "s3", "operation": "GetObject", "probability": 0.05, "response": ["abort_frac": 0.4]],
        [
            "service": "s3", "operation": "UploadPart", "probability": 0.05,
            "request": ["cut_upload": ["after_frac": 0.5]],
        ],
    ]

    @Test(.timeLimit(.minutes(3))) func nothingIsLostOrChanged() async throws {
        var options = S3Options()
        options.singlePutLimit = 5 << 20
        options.partSize = 5 << 20
        let peer = try await AWSPeer.ministack()
        let faulty = try await peer.faulty(Self.faults)
        let failures = Locked(0)
        let service = AWSService(
            name: "s3", region: peer.region, endpoint: faulty.endpoint, http: AWSPeer.http,
            credentials: StaticCredentials(faulty.credentials), time: ImpatientTime(),
            onAttempt: { attempt in if attempt.errorCode != nil { failures.withLock { $0 += 1 } } })
        try await S3Fixture.with(peer, options: options, service: service) { fixture in
            // Plain keys: microburst signs others anew in a way that ministack refuses, those of boto3 too.
            let contents = (0..<60).map { pseudorandom(1000 + $0 * 500, seed: UInt64($0)) }
            try await withThrowingTaskGroup { group in
                for (number, content) in contents.enumerated() {
                    group.addTask {
                        _ = try await patiently {
                            try await fixture.store.put(content, to: "object/\(number)", in: .sessions)
                        }
                        let found = try await patiently {
                            try await fixture.store.get("object/\(number)", in: .sessions)
                        }
                        #expect(found == content)
                    }
                }
                try await group.waitForAll()
            }
            let (source, target) = ("\(fixture.scratch)/source", "\(fixture.scratch)/target")
            let large = pseudorandom(32 << 20)
            try await onThread { try File.write(large, to: source) }
            let etag = try await patiently {
                try await fixture.store.put(file: source, to: "large", in: .sessions, if: .always)
            }
            let info = try await patiently { try await fixture.store.get("large", in: .sessions, toFile: target) }
            #expect(info.etag == etag)
            let file = try await onThread { try File.read(target) }
            #expect(file == large)
            let listed = try await patiently {
                try await fixture.store.listAll(prefix: "", in: .sessions, limit: 1000)
            }
            #expect(listed.count == 61)
        }
        #expect(failures.withLock { $0 } > 0, "microburst broke nothing")
    }
}

/// Tries again, as a worker does, as long as that can help.
private func patiently<Value>(_ body: () async throws -> Value) async throws -> Value {
    for _ in 1..<20 {
        do {
            return try await body()
        } catch let error as StoreError {
            guard error.isTransient else { throw error }
        }
    }
    return try await body()
}
