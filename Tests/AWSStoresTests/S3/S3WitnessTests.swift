import AWSPeers
import AWSStores
import CryptoTools
import FOQUSModel
import FileKit
import JSONKit
import Stores
import TestSupport
import Testing

/// What we put is what boto3 reads, and the reverse.
struct S3WitnessTests {
    /// Every character that somebody encodes otherwise, in each of the places of a key.
    static let keys = [
        "plain", "a b", "a+b", "a=b", "a&b", "a;b", "a,b", "(a)", "a!b", "a'b", "a*b", "100%", "%41", "%2F", "a#b",
        "a?b=c",
        "a@b:c$d", "~a-b_c.d", "größe/日本語 \u{1F600}.json", "cafe\u{301}", "deep/er/and deeper/+ &=.csv", "[a]{b}|c^d`e",
        "\"quoted\" <tag>",
    ]
    /// What only looks like a path, a file or a line. Not every peer can keep it: boto3 fails with it too.
    static func pathKeys(_ peer: String) -> [String] {
        switch peer {
        case "ministack": ["a//b", "/a", "..", "a/../b", "./a", "a/", "a\\b", "a\nb"]
        case "moto": ["a//b", "/a", "..", "a/../b", "./a", "a/", "a\\b"]
        case "roto": ["a//b", "/a", "..", "a/../b", "./a", "a\nb"]
        default: []
        }
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "seaweedfs", "roto", "moto"])
    func keysAreTheSame(_ name: String) async throws {
        let keys = Self.keys + Self.pathKeys(name)
        try await S3Fixture.with(try await peer(name)) { fixture in
            for key in keys {
                _ = try await fixture.store.put(Array("ours \(key)".utf8), to: "1/\(key)", in: .sessions)
            }
            let read = try await fixture.boto(
                """
                for key in given: s3.put_object(Bucket=bucket, Key="2/" + key, Body=("theirs " + key).encode())
                result = [s3.get_object(Bucket=bucket, Key="1/" + key)["Body"].read().decode() for key in given]
                """, given: .array(keys.map { .string($0) }))
            #expect(read == .array(keys.map { .string("ours \($0)") }))
            for key in keys {
                let found = try await fixture.store.get("2/\(key)", in: .sessions)
                #expect(String(decoding: found, as: UTF8.self) == "theirs \(key)")
            }
            let listed = try await fixture.store.listAll(prefix: "2/", in: .sessions, limit: 1000).map(\.key)
            #expect(Set(listed.map { Array($0.utf8) }) == Set(keys.map { Array("2/\($0)".utf8) }))
            try await fixture.store.delete(keys.map { "1/\($0)" }, in: .sessions)
            let left = try await fixture.boto(
                "result = sorted(o['Key'] for o in s3.list_objects_v2(Bucket=bucket)['Contents'])")
            #expect(Set(left.arrayValue ?? []) == Set(keys.map { .string("2/\($0)") }))
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["ministack", "seaweedfs", "roto", "moto"])
    func factsAreTheSame(_ name: String) async throws {
        try await S3Fixture.with(try await peer(name)) { fixture in
            let etag = try await fixture.store.put([1, 2, 3], to: "ours", in: .sessions)
            let facts = try await fixture.boto(
                """
                s3.put_object(Bucket=bucket, Key="theirs", Body=b"12345")
                ours, theirs = [s3.head_object(Bucket=bucket, Key=key) for key in ("ours", "theirs")]
                result = [ours["ETag"], ours["ContentLength"], theirs["ETag"], int(theirs["LastModified"].timestamp())]
                """)
            #expect(facts[0] == .string("\"\(etag)\""))
            #expect(facts[1] == 3)
            let info = try #require(try await fixture.store.info("theirs", in: .sessions))
            #expect(info.size == 5)
            #expect(facts[2] == .string("\"\(info.etag)\""))
            #expect(facts[3] == .int(info.modified.milliseconds / 1000))
        }
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "seaweedfs", "moto"])
    func partsBecomeOneObject(_ name: String) async throws {
        var options = S3Options()
        options.singlePutLimit = 5 << 20
        options.partSize = 5 << 20
        try await S3Fixture.with(try await peer(name), options: options) { fixture in
            let content = pseudorandom((12 << 20) + 345)
            let source = "\(fixture.scratch)/source"
            try await onThread { try File.write(content, to: source) }
            let etag = try await fixture.store.put(file: source, to: "large & odd+", in: .sessions, if: .ifAbsent)
            #expect(etag.hasSuffix("-3"))
            let seen = try await fixture.boto(
                """
                import hashlib
                s3.put_object(Bucket=bucket, Key="theirs", Body=s3.get_object(Bucket=bucket, Key=given)["Body"].read())
                body = s3.get_object(Bucket=bucket, Key="theirs")["Body"].read()
                uploads = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
                result = [hashlib.sha256(body).hexdigest(), s3.head_object(Bucket=bucket, Key=given)["ETag"], len(uploads)]
                """, given: "large & odd+")
            #expect(seen == [.string(Hex.encode(SHA256.hash(content))), .string("\"\(etag)\""), 0])
            for key in ["large & odd+", "theirs"] {
                let target = "\(fixture.scratch)/target"
                let info = try await fixture.store.get(key, in: .sessions, toFile: target)
                #expect(info.size == content.count)
                let read = try await onThread { try File.read(target) }
                #expect(read == content)
            }
            await #expect(throws: StoreError.self) {
                _ = try await fixture.store.put(file: source, to: "large & odd+", in: .sessions, if: .ifAbsent)
            }
            let left = try await fixture.boto("result = s3.list_multipart_uploads(Bucket=bucket).get('Uploads', [])")
            #expect(left == [], "parts are left of an upload that failed")
        }
    }
}

/// Bytes in which no part is like another.
func pseudorandom(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) } }
    bytes.removeLast(bytes.count - count)
    return bytes
}
