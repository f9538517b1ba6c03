import FileKit
import Testing

@Suite struct PathTests {
    @Test func joins() {
        #expect(Path.join("/a", "b", "c") == "/a/b/c")
        #expect(Path.join("/a/", "/b/", "", "c") == "/a/b/c")
        #expect(Path.join("/", "a") == "/a")
        #expect(Path.join("", "a", "b") == "a/b")
        #expect(Path.join("a") == "a")
    }

    @Test(arguments: [
        ("/a/b/c", "c", "/a/b"), ("/a/b/c//", "c", "/a/b"), ("/a", "a", "/"), ("/", "/", "/"), ("a", "a", "."),
        ("a/b", "b", "a"), ("a//b", "b", "a"), ("", "", "."),
    ])
    func splits(path: String, last: String, parent: String) {
        #expect(Path.lastComponent(path) == last)
        #expect(Path.parent(path) == parent)
    }
}

@Suite struct SafeNameTests {
    @Test(arguments: ["a", "a b.csv", "output/stream 1.csv", "é/😀", ".hidden", "...", "a/..b", "-rf", "a\\b"])
    func accepts(name: String) {
        #expect(throws: Never.self) { try SafeName.check(name) }
    }

    @Test(
        arguments: [
            ("", .empty), ("a//b", .empty), ("a/", .empty), ("/a", .slash), ("/", .slash), (".", .dots), ("..", .dots),
            ("a/../b", .dots), ("a/.", .dots), ("a\u{0}b", .controlCharacter), ("a\n", .controlCharacter),
            ("a\u{7F}", .controlCharacter), ("a/\u{85}", .controlCharacter),
            (String(repeating: "x", count: 256), .tooLong),
            ("a/" + String(repeating: "é", count: 128), .tooLong), (String(repeating: "a/", count: 2048), .tooLong),
        ] as [(String, SafeNameError.Reason)])
    func refuses(name: String, reason: SafeNameError.Reason) {
        #expect(throws: SafeNameError(name: name, reason: reason)) { try SafeName.check(name) }
    }

    @Test func checksComponents() {
        #expect(throws: Never.self) { try SafeName.checkComponent(String(repeating: "x", count: 255)) }
        #expect(throws: SafeNameError(name: "a/b", reason: .slash)) { try SafeName.checkComponent("a/b") }
        #expect(throws: SafeNameError(name: "..", reason: .dots)) { try SafeName.checkComponent("..") }
        #expect(throws: SafeNameError(name: "", reason: .empty)) { try SafeName.checkComponent("") }
    }

    @Test func describesWithoutControlCharacters() {
        let text = SafeNameError(name: "a\u{1B}\n" + String(repeating: "x", count: 500), reason: .controlCharacter)
            .description
        #expect(text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect(text.count < 200)
    }
}
