import JSONKit
import Testing

@Suite struct JSONWriterTests {
    @Test(
        arguments: [
            (JSON.null, "null"), (true, "true"), (false, "false"), (0, "0"), (-7, "-7"),
            (.int(.min), "-9223372036854775808"),
            (.int(.max), "9223372036854775807"), (1.0, "1.0"), (-0.0, "-0.0"), (0.1, "0.1"), (1e300, "1e+300"),
            (.number(.nan), "\"NaN\""), (.number(.infinity), "\"Infinity\""), (.number(-.infinity), "\"-Infinity\""),
            ([], "[]"), ([:], "{}"), ([1, "a", nil], "[1,\"a\",null]"), (["b": 1, "a": [2]], "{\"b\":1,\"a\":[2]}"),
            ("quote \" slash / back \\", "\"quote \\\" slash / back \\\\\""),
            (
                "\u{8}\t\n\u{C}\r\u{0}\u{F}\u{10}\u{1F}\u{7F}é😀",
                "\"\\b\\t\\n\\f\\r\\u0000\\u000f\\u0010\\u001f\u{7F}é😀\""
            ),
        ] as [(JSON, String)])
    func writes(value: JSON, text: String) {
        #expect(value.text() == text)
        #expect(value.description == text)
    }

    @Test func writesPretty() {
        let value: JSON = ["a": [1, [], [:]], "b": ["c": nil]]
        #expect(
            value.text(pretty: true) == """
                {
                  "a": [
                    1,
                    [],
                    {}
                  ],
                  "b": {
                    "c": null
                  }
                }
                """)
    }

    @Test func appends() {
        var bytes: [UInt8] = Array("x".utf8)
        JSON.array([1]).write(to: &bytes)
        #expect(bytes == Array("x[1]".utf8))
    }

    @Test func readsBackWhatItWrites() throws {
        var random = RandomJSON(seed: 1)
        for _ in 0..<500 {
            let value = random.value(depth: 5)
            #expect(try JSON.parse(value.serialized()) == value)
            #expect(try JSON.parse(value.serialized(pretty: true)) == value)
            #expect(try JSON.parse(value.serialized()).serialized() == value.serialized())
        }
    }

    @Test func readsBackEveryDoubleBitForBit() throws {
        var random = RandomJSON(seed: 2)
        for _ in 0..<5000 {
            let value = random.double()
            guard case .number(let back) = try JSON.parse(JSON.number(value).serialized()) else {
                Issue.record("\(value) was not read back as a double")
                return
            }
            #expect(back.bitPattern == value.bitPattern)
        }
    }

    /// Broken texts must end in an error or a value, never in a trap.
    @Test func survivesDamagedTexts() {
        var random = RandomJSON(seed: 3)
        var refused = 0
        for _ in 0..<2000 {
            var bytes = random.value(depth: 4).serialized()
            bytes[random.below(bytes.count)] = UInt8(random.below(256))
            bytes.removeLast(random.below(min(3, bytes.count)))
            do {
                let value = try JSON.parse(bytes)
                #expect(throws: Never.self) { try JSON.parse(value.serialized()) }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 500)
    }
}

@Suite struct JSONLinesTests {
    @Test func readsBackWhatItWrites() throws {
        let values: [JSON] = [1, ["a": "x\ny"], []]
        let bytes = JSONLines.serialized(values)
        #expect(String(decoding: bytes, as: UTF8.self) == "1\n{\"a\":\"x\\ny\"}\n[]\n")
        #expect(try JSONLines.parse(bytes) == values)
        #expect(try JSONLines.parse([]) == [])
    }

    @Test func skipsEmptyLinesAndPlacesErrors() {
        #expect(throws: Never.self) { try JSONLines.parse(Array("\r\n1\r\n\n2".utf8)) }
        let error = #expect(throws: JSONError.self) { try JSONLines.parse(Array("1\n\n[2,]\n".utf8)) }
        #expect(error?.line == 3)
        #expect(error?.column == 4)
        #expect(error?.offset == 6)
    }
}
