import Testing

@testable import AWSStores

struct S3OptionsTests {
    @Test(arguments: [1, 16 << 20, (16 << 20) + 1, 160_000 << 20, (160_000 << 20) + 1, 5 << 40])
    func partsCoverTheObjectAndAreNotTooMany(_ size: Int) {
        let parts = S3Options().parts(of: size)
        #expect(parts.count <= 10_000)
        #expect(parts.reduce(0) { $0 + $1.count } == size)
        #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.offset + $0.count == $1.offset })
        #expect(parts.dropLast().allSatisfy { $0.count >= 16 << 20 && $0.count <= 5 << 30 })
    }

    @Test func theSizeIsEnlargedByWholeMebibytes() {
        #expect(S3Options().partSize(of: 160_000 << 20) == 16 << 20)
        #expect(S3Options().partSize(of: (160_000 << 20) + 1) == 17 << 20)
    }

    @Test(arguments: [
        ("a+b", "a b"), ("%2B", "+"), ("%e4%BD%a0", "你"), ("100%", "100%"), ("%4", "%4"), ("%+1", "% 1"),
        ("%zz", "%zz"),
        ("", ""), ("%2541", "%41"),
    ]) func keysOfListingsAreDecoded(_ text: String, _ key: String) { #expect(S3Key.decode(text) == key) }

    @Test func whatXMLCannotHoldIsKnown() {
        #expect(S3XML.canHold("größe \u{1F600}\t\n\r"))
        for character in ["\u{0}", "\u{1}", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"] {
            #expect(!S3XML.canHold("a\(character)"))
        }
        #expect(S3XML.escape("<a & \"b\">\r\n") == "&lt;a &amp; \"b\"&gt;&#13;&#10;")
    }
}
