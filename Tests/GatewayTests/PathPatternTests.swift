import Testing

@testable import Gateway

@Suite struct PathPatternTests {
    @Test func wordsMatchInAnyCaseAndParametersKeepTheirs() {
        let pattern: PathPattern = "/session/{id}/start"
        #expect(pattern.match(["Session", "AbC", "START"]) == ["id": "AbC"])
    }

    @Test(arguments: [["session"], ["session", "a", "stop"], ["session", "a", "start", "b"], []])
    func otherPathsDoNotMatch(segments: [String]) {
        let pattern: PathPattern = "/session/{id}/start"
        #expect(pattern.match(segments) == nil)
    }

    @Test func aRestTakesOneSegmentOrMore() {
        let pattern: PathPattern = "/simulation/{name}/input/{path+}"
        #expect(pattern.match(["simulation", "s", "input", "a"]) == ["name": "s", "path": "a"])
        #expect(pattern.match(["simulation", "s", "input", "a", "B", "c"]) == ["name": "s", "path": "a/B/c"])
        #expect(pattern.match(["simulation", "s", "input"]) == nil)
    }
}

@Suite struct BasePathTests {
    @Test(
        arguments: [
            (["dev", "session", ""], ["session"]), (["session", "", "x"], ["session", "x"]),
            (["dev"], []), (["Dev", "session"], ["Dev", "session"]), (["", "dev", "", "session"], ["session"]),
        ])
    func thePrefixAndEmptySegmentsGo(path: [String], resource: [String]) {
        #expect(BasePath("/dev").resource(of: path) == resource)
    }

    @Test func withoutAPrefixTheNameDevIsAResource() {
        #expect(BasePath("").resource(of: ["dev", "session"]) == ["dev", "session"])
    }

    @Test func aPrefixMayHaveSeveralSegments() {
        #expect(BasePath("foqus/v1/").resource(of: ["foqus", "v1", "session"]) == ["session"])
        #expect(BasePath("foqus/v1/").resource(of: ["foqus", "session"]) == ["foqus", "session"])
    }
}
