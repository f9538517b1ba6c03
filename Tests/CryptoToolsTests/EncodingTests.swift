import CryptoTools
import TestSupport
import Testing

@Suite struct EncodingTests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func writesAndReadsBase64(plain: String, encoded: String) {
        let bytes = Array(plain.utf8)
        let unpadded = String(encoded.prefix { $0 != "=" })
        #expect(Base64.encode(bytes) == encoded)
        #expect(Base64.decode(encoded) == bytes)
        #expect(Base64.encode(bytes, padded: false) == unpadded)
        #expect(Base64.decode(unpadded, padded: false) == bytes)
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "=", "====", "Zm9v=", "Zm9v====", "Zh==", "Zm9=", "Z===", "Zg==Zg==", "Zm 9",
        "Zm9v\n",
        "Zm9-", "Zm9_", "Zm9é",
    ])
    func refusesBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["Z", "Zg==", "Zh", "Zm9", "Zm9vY"])
    func refusesUnpaddedBase64(text: String) {
        #expect(Base64.decode(text, padded: false) == nil)
    }

    @Test func readsBackWhatItWrites() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let bytes = (0..<Int.random(in: 0...100, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.decode(Base64.encode(bytes, padded: false), padded: false) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }

    @Test func writesAndReadsHex() {
        #expect(Hex.encode([0, 0x1F, 0xFF]) == "001fff")
        #expect(Hex.decode("001fFF") == [0, 0x1F, 0xFF])
        #expect(Hex.decode("") == [])
        for text in ["0", "0g", "0x00", " 00", "é"] { #expect(Hex.decode(text) == nil) }
    }
}
