import JSONKit
import Testing

@testable import Sinter

@Suite struct ValuePathTests {
    @Test(
        arguments: [
            ("a", [.key("a")]), ("a.b", [.key("a"), .key("b")]), ("a[2].b", [.key("a"), .index(2), .key("b")]),
            (#"["x.y"]"#, [.key("x.y")]), (#"a["b c"][0]"#, [.key("a"), .key("b c"), .index(0)]),
            ("$.a", [.key("a")]), ("$[0]", [.index(0)]), ("a['b']", [.key("a"), .key("b")]), ("$x", [.key("$x")]),
        ] as [(String, [JSONLocator.Step])])
    func pathsAreStepsOfKeysAndIndices(text: String, steps: [JSONLocator.Step]) throws {
        #expect(try ValuePath(text).steps == steps)
    }

    @Test(arguments: ["", "$", ".a", "a.", "a..b", "a[", "a[-1]", "a[1", "a[99999999]", "a]b[", #"["x"#, "$.", "a[0]b"])
    func othersAreRefused(text: String) {
        #expect(throws: ValueRefusal.self) { try ValuePath(text) }
    }
}
