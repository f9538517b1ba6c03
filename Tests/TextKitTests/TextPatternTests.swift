import Testing
import TextKit

@Suite struct TextPatternTests {
    /// The first match, and its groups.
    private func first(_ pattern: String, _ text: String) throws -> [String?]? {
        let bytes = Array(text.utf8)
        return try TextPattern(pattern).firstMatch(in: bytes).map { match in
            ([match.range] + match.groups).map { $0.map { String(decoding: bytes[$0], as: UTF8.self) } }
        }
    }

    private func all(_ pattern: String, _ text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        return try TextPattern(pattern).matches(in: bytes).map { String(decoding: bytes[$0.range], as: UTF8.self) }
    }

    @Test(arguments: [
        ("abc", "xxabcx", ["abc"]), ("a|ab", "ab", ["a"]), ("ab|a", "ab", ["ab"]), ("a*", "aaab", ["aaa"]),
        ("a*?b", "aab", ["aab"]), ("a+?", "aaa", ["a"]), ("(a+)(a*)", "aaa", ["aaa", "aaa", ""]),
        ("(a+?)(a*)", "aaa", ["aaa", "a", "aa"]), ("x?y", "xy", ["xy"]), ("a{2}", "aaa", ["aa"]),
        ("a{2,}", "aaaa", ["aaaa"]), ("a{1,2}?b", "aab", ["aab"]), ("(?:ab)+", "ababx", ["abab"]),
        ("[a-c]+", "xabcd", ["abc"]), ("[^a-c]+", "abxyc", ["xy"]), ("[]x]+", "a]x", ["]x"]), ("[x-]+", "a-x", ["-x"]),
        (#"\d+\.\d*"#, "T = 12.50 K", ["12.50"]), (#"\S+"#, "  ab c", ["ab"]), (#"[\d.]+"#, "v1.5", ["1.5"]),
        (#"T\s*=\s*(\S+)"#, "T =\n  4.5e-3 ", ["T =\n  4.5e-3", "4.5e-3"]), ("^b", "a\nb", ["b"]),
        ("a$", "a\r\nb", ["a"]), (#"\bcat\b"#, "concat cat", ["cat"]), (#"\Bcat"#, "concat", ["cat"]),
        ("(?i)warning: (.*)", "x WARNING: Hot\ny", ["WARNING: Hot", "Hot"]), ("a.c", "a\nc abc", ["abc"]),
        ("(.)°", "5µ°C", ["µ°", "µ"]), ("[äö]+", "xäöü", ["äö"]), ("[^x]", "xü", ["ü"]), ("{", "a{", ["{"]),
        ("a{b", "a{b", ["a{b"]), ("", "abc", [""]), ("(a*)*b", "aab", ["aab", "aa"]), ("()", "", ["", ""]),
    ])
    func findsWhatPerlFinds(pattern: String, text: String, expected: [String]) throws {
        #expect(try first(pattern, text) == expected)
    }

    @Test func aGroupThatTakesNoPartIsNil() throws {
        #expect(try first("(a)|(b)", "b") == ["b", nil, "b"])
        #expect(try TextPattern("(a)|(b)").groupCount == 2)
    }

    @Test func whatIsNotThereIsNotFound() throws {
        #expect(try first("abd", "abcabc") == nil)
        #expect(try first("^$", "abc") == nil)
    }

    @Test func allMatchesComeInOrder() throws {
        #expect(try all(#"\d+"#, "1, 22 and 333") == ["1", "22", "333"])
        #expect(try all("aa", "aaaaa") == ["aa", "aa"])
        #expect(try all("a*", "baa") == ["", "aa", ""])
    }

    /// Engines that go back take longer than the universe has lasted for these.
    @Test(arguments: ["(a+)+$", "(a|a)*b", "(a*)*c", "(?:a?){30}a{30}b"])
    func noPatternTakesLong(pattern: String) throws {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 2000) + Array("!".utf8)
        #expect(try TextPattern(pattern).firstMatch(in: text) == nil)
    }

    @Test func searchesThatReadToTheEndEachTimeAreGivenUp() throws {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1500)
        let pattern = try TextPattern("a[^b]*b|a")
        do throws(TextPatternError) {
            _ = try pattern.matches(in: text)
            Issue.record("it was not given up")
        } catch {
            #expect(error.code == .tooCostly)
        }
    }

    @Test(arguments: [
        ("a)", 2, "the bracket ) closes nothing"), ("(a", 1, "never closed"), ("[a", 1, "never closed"),
        ("*a", 1, "nothing before * to repeat"), ("a**", 3, "cannot be repeated"), (#"a\1"#, 2, #"\1 means nothing"#),
        (#"\q"#, 1, #"\q means nothing"#), ("(?=a)", 1, "only (?: ) is known"), ("a{3,2}", 2, "wrong order"),
        ("a{2000}", 2, "above 1000"), ("[z-a]", 2, "a range goes"), ("[[:alpha:]]", 2, "[:…:] is not known"),
        ("^*", 1, "cannot be repeated"), ("a\\", 2, "a backslash ends the pattern"), ("[^ä]", 1, "ASCII"),
    ])
    func whatIsNoPatternIsToldWithItsPlace(pattern: String, position: Int, reason: String) {
        do throws(TextPatternError) {
            _ = try TextPattern(pattern)
            Issue.record("\(pattern) was taken")
        } catch {
            #expect(error.code == .syntax && error.position == position && error.reason.contains(reason), "\(error)")
        }
    }

    @Test func countsDoNotMultiplyWithoutEnd() {
        #expect(throws: TextPatternError.self) { try TextPattern("((a{1000}){1000}){1000}") }
        #expect(throws: TextPatternError.self) { try TextPattern(String(repeating: "(", count: 100_000)) }
    }

    @Test func bytesThatAreNoTextDoNotHurt() throws {
        let match = try TextPattern("T=(.*)!").firstMatch(in: Array("T=".utf8) + [0xFF, 0xC3, 0x80] + Array("!".utf8))
        #expect(match?.groups == [2..<5])
    }
}
