import JSONKit
import Testing

@Suite struct JSONParserTests {
    @Test(
        arguments: [
            ("null", JSON.null), (" true ", true), ("false", false), ("0", 0), ("-0", 0), ("-12", -12),
            ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("\"\"", ""), ("[]", []), ("[ ]", []), ("{}", [:]), ("{ }", [:]),
            ("[1,[2,[3]]]", [1, [2, [3]]]), ("{\"a\":{\"b\":[null]}}", ["a": ["b": [nil]]]),
            ("\t[\r\n1 , 2\n]\n", [1, 2]),
        ] as [(String, JSON)])
    func accepts(text: String, value: JSON) throws {
        #expect(try JSON.parse(text) == value)
    }

    @Test(
        arguments: [
            ("9223372036854775808", 9223372036854775808.0), ("-9223372036854775809", -9223372036854775809.0),
            ("12345678901234567890123", 1.2345678901234568e22), ("1.0", 1.0), ("-0.0", -0.0), ("1e3", 1000),
            ("1E+3", 1000),
            ("25e-1", 2.5), ("0.1", 0.1), ("1.7976931348623157e308", .greatestFiniteMagnitude),
            ("5e-324", .leastNonzeroMagnitude), ("1e-999999999999", 0),
            ("2.2250738585072011e-308", Double.leastNormalMagnitude.nextDown),
            ("9007199254740993.0", 9_007_199_254_740_992), ("0.30000000000000004", 0.30000000000000004),
            ("100000000000000000000000.0", 1e23), ("0e99999999999", 0),
        ] as [(String, Double)])
    func readsDoublesCorrectlyRounded(text: String, expected: Double) throws {
        guard case .number(let value) = try JSON.parse(text) else {
            Issue.record("\(text) was not read as a double")
            return
        }
        #expect(value.bitPattern == expected.bitPattern)
    }

    @Test(
        arguments: [
            ("", JSONError.Code.unexpectedEnd), (" ", .unexpectedEnd), ("[", .unexpectedEnd), ("[1", .unexpectedEnd),
            ("[1,", .unexpectedEnd), ("{", .unexpectedEnd), ("{\"a\"", .unexpectedEnd), ("{\"a\":", .unexpectedEnd),
            ("{\"a\":1", .unexpectedEnd), ("\"a", .unexpectedEnd), ("\"\\", .unexpectedEnd),
            ("\"\\u12", .unexpectedEnd),
            ("tru", .unexpectedEnd), ("-", .unexpectedEnd), ("1.", .unexpectedEnd), ("1e", .unexpectedEnd),
            ("1e+", .unexpectedEnd),
            ("[1,]", .unexpectedByte), ("[,1]", .unexpectedByte), ("[1 2]", .unexpectedByte),
            ("{1:2}", .unexpectedByte),
            ("{\"a\" 1}", .unexpectedByte), ("{\"a\":1,}", .unexpectedByte), ("[1}", .unexpectedByte),
            ("'a'", .unexpectedByte), ("True", .unexpectedByte), ("nul!", .unexpectedByte), ("+1", .unexpectedByte),
            (".5", .unexpectedByte), ("NaN", .unexpectedByte), ("Infinity", .unexpectedByte),
            ("\u{FEFF}1", .unexpectedByte),
            ("\u{0}", .unexpectedByte), ("\u{A0}1", .unexpectedByte), ("// x\n1", .unexpectedByte),
            ("-Infinity", .invalidNumber), ("-x", .invalidNumber), ("1.x", .invalidNumber), ("1ex", .invalidNumber),
            ("01", .invalidNumber), ("-01", .invalidNumber), ("00", .invalidNumber),
            ("1e999", .numberOutOfRange), ("-1e309", .numberOutOfRange),
            ("1 2", .trailingBytes), ("{}}", .trailingBytes), ("1x", .trailingBytes), ("1\u{0}", .trailingBytes),
            ("0x1", .trailingBytes),
            ("\"\n\"", .invalidString), ("\"\u{1F}\"", .invalidString), ("\"\\x\"", .invalidString),
            ("\"\\u12G4\"", .invalidString), ("\"a\\n\t\"", .invalidString),
            ("\"\\ud800\"", .loneSurrogate), ("\"\\udc00\"", .loneSurrogate), ("\"\\ud800\\ud800\"", .loneSurrogate),
            ("\"\\ud800\\u0041\"", .loneSurrogate), ("\"\\udc00\\ud800\"", .loneSurrogate),
        ] as [(String, JSONError.Code)])
    func refuses(text: String, code: JSONError.Code) {
        let error = #expect(throws: JSONError.self) { try JSON.parse(text) }
        #expect(error?.code == code)
    }

    @Test(
        arguments: [
            ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{C}\n\r\t"), ("\"\\u00e9\\u20AC\"", "é€"),
            ("\"\\ud83d\\ude00\"", "😀"), ("\"😀 plain\"", "😀 plain"), ("\"\\u0000\"", "\u{0}"),
            ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"),
            ("\"long enough for the words\\nand the rest\"", "long enough for the words\nand the rest"),
        ] as [(String, String)])
    func readsStrings(text: String, expected: String) throws {
        #expect(try JSON.parse(text).stringValue == expected)
    }

    @Test(
        arguments: [
            ([0x22, 0xFF, 0x22], 1), ([0x22, 0x61, 0xC3, 0x22], 2), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
            ([0x22, 0x5C, 0x6E, 0xC0, 0x80, 0x22], 3), ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1),
        ] as [([UInt8], Int)])
    func refusesInvalidUTF8(bytes: [UInt8], offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSON.parse(bytes) }
        #expect(error?.code == .invalidUTF8)
        #expect(error?.offset == offset)
    }

    @Test func placesErrors() {
        let error = #expect(throws: JSONError.self) { try JSON.parse("{\"name\": 1,\n \"é😀\": oops}") }
        #expect(error?.line == 2)
        #expect(error?.column == 8)
        #expect(error?.description == "line 2, column 8: expected a value but found 'o'")
    }

    @Test func keepsTheLastOfEqualKeysAtThePlaceOfTheFirst() throws {
        let object = try #require(try JSON.parse("{\"a\":1,\"b\":2,\"a\":3}").objectValue)
        #expect(object.names == ["a", "b"])
        #expect(object["a"] == 3)
    }

    @Test func limitsTheDepth() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try JSON.parse(nested(512)) }
        #expect(throws: JSONError.self) { try JSON.parse(nested(513)) }
        #expect(throws: Never.self) { try JSON.parse("[[],[],{}]", maxDepth: 2) }
        let error = #expect(throws: JSONError.self) { try JSON.parse(String(repeating: "{\"a\":", count: 100_000)) }
        #expect(error?.code == .tooDeep)
    }

    @Test func takesBareNonFiniteNumbersOnlyWhenLenient() throws {
        let values = try #require(
            try JSON.parse("[NaN, Infinity, -Infinity]", options: .lenientNumbers).arrayValue)
        #expect(values == [.number(.nan), .number(.infinity), .number(-.infinity)])
        #expect(throws: JSONError.self) { try JSON.parse("[-Inf]", options: .lenientNumbers) }
        #expect(throws: JSONError.self) { try JSON.parse("[nan]", options: .lenientNumbers) }
    }

    @Test func readsAnySequenceOfBytes() throws {
        let bytes: [UInt8] = Array("x[1]x".utf8)
        #expect(try JSON.parse(bytes[1..<4]) == [1])
        #expect(try JSON.parse(AnySequence(bytes[1..<4])) == [1])
    }
}
