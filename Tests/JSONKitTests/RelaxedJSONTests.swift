import Testing

@testable import JSONKit

@Suite struct RelaxedJSONTests {
    @Test(
        arguments: [
            ("[1, 2,]", [1, 2]), ("{\"a\": 1, // why\n}", ["a": 1]),
            ("/* head\n */ [\"//\", \"/* */\", \",]\",]", ["//", "/* */", ",]"]),
            ("\u{FEFF}{}", [:]), ("[\"a\tb\nc\"]", ["a b c"]), ("[\"\\\",]\", /* , */ ]", ["\",]"]),
            ("[[1,],[2,],]", [[1], [2]]),
        ] as [(String, JSON)])
    func leniencesAreTaken(_ text: String, _ value: JSON) throws {
        let bytes = Array(text.utf8)
        let relaxed = JSON.relaxed(bytes)
        #expect(relaxed.count == bytes.count)
        #expect(try JSON.parse(relaxed) == value)
    }

    @Test(arguments: ["[1,,2]", "{\"a\" 1}", "[1] /* open", "[\"open", "/", "[1 2]", "{a: 1}", ""])
    func othersAreNot(_ text: String) {
        #expect(throws: JSONError.self) { try JSON.parse(JSON.relaxed(Array(text.utf8))) }
    }

    @Test func strictTextsStayAsTheyAre() {
        var generator = RandomJSON(seed: 7)
        for _ in 0..<200 {
            let text = generator.value(depth: 4).serialized(pretty: true)
            #expect(JSON.relaxed(text) == text)
        }
    }
}

@Suite struct JSONLocatorTests {
    private let text = Array(#"{"a": {"b": [10, {"c\"": "x"}, [ ]]}, "é": true, "a": {"b": [ 1 , 2.5e3]} }"#.utf8)

    private func found(_ path: JSONLocator.Step...) -> String {
        String(decoding: text[JSONLocator(text).offset(of: path)...].prefix(3), as: UTF8.self)
    }

    @Test func pathsLeadToTheLastMemberOfTheirName() {
        #expect(found() == "{\"a")
        #expect(found(.key("é")).hasPrefix("\"é"))
        #expect(found(.key("a"), .key("b"), .index(0)) == "1 ,")
        #expect(found(.key("a"), .key("b"), .index(1)) == "2.5")
    }

    @Test func asMuchIsFollowedAsThereIs() {
        #expect(found(.key("z")) == "{\"a")
        #expect(found(.key("é"), .key("x")).hasPrefix("\"é"))
        #expect(found(.key("a"), .key("b"), .index(2)) == "\"b\"")
    }

    @Test func elementsAreFoundInOnePass() {
        let list = Array(#" [1, {"a": [2]} ,"x", []]"#.utf8)
        #expect(JSONLocator(list).elements() == [2, 5, 17, 22])
        #expect(JSONLocator(list[4...]).elements() == [])
        #expect(JSONLocator(Array("[ ]".utf8)).elements() == [])
    }

    @Test func membersAreToldEachTime() {
        #expect(JSONLocator(text).members(of: []).map(\.key) == ["a", "é", "a"])
        #expect(JSONLocator(text).members(of: [.key("a")]).map(\.key) == ["b"])
        #expect(JSONLocator(text).members(of: [.key("é")]).isEmpty)
    }
}
