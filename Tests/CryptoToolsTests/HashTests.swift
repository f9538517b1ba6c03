import CryptoTools
import Testing

@Suite struct HashTests {
    /// FIPS 180-4 examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func hashes(text: String, expected: String) {
        #expect(Hex.encode(SHA256.hash(Array(text.utf8))) == expected)
    }

    /// FIPS 180-2, appendix A.
    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ])
    func hashesBySHA1(text: String, expected: String) {
        #expect(Hex.encode(SHA1.hash(Array(text.utf8))) == expected)
    }

    @Test func hashesInPieces() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        for size in [1, 63, 64, 65, 999] {
            var hasher = SHA256Hasher()
            var at = 0
            while at < bytes.count {
                hasher.update(Array(bytes[at..<min(at + size, bytes.count)]))
                at += size
            }
            #expect(hasher.finish() == SHA256.hash(bytes))
        }
        #expect(SHA256Hasher().finish() == SHA256.hash([]))
    }

    /// RFC 4231, test cases 1, 2 and 6, and an empty key.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ])
    func authenticates(key: [UInt8], text: String, expected: String) {
        #expect(Hex.encode(HMAC.sha256(key: key, data: Array(text.utf8))) == expected)
    }
}

@Suite struct RandomTests {
    @Test func neverRepeats() {
        #expect(Set((0..<100).map { _ in randomBytes(16) }).count == 100)
        #expect(randomBytes(0) == [])
        #expect(Set((0..<100).map { _ in UUIDv4.random() }).count == 100)
    }

    @Test func writesUUIDs() {
        #expect(UUIDv4.string(from: Array(repeating: 0, count: 16)) == "00000000-0000-4000-8000-000000000000")
        #expect(UUIDv4.string(from: Array(repeating: 255, count: 16)) == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        #expect(UUIDv4.string(from: Array(0..<16)) == "00010203-0405-4607-8809-0a0b0c0d0e0f")
    }

    @Test func comparesInFull() {
        #expect(constantTimeEqual([], []))
        #expect(constantTimeEqual([1, 2], [1, 2]))
        #expect(!constantTimeEqual([1, 2], [1, 3]))
        #expect(!constantTimeEqual([1, 2], [0, 2]))
        #expect(!constantTimeEqual([1, 2], [1]))
    }
}
