import HTTPServer
import Testing

@Suite struct RequestTests {
    @Test(
        arguments: [
            ("/", []), ("/a", ["a"]), ("/a/b", ["a", "b"]), ("/a%2Fb/c%20d", ["a/b", "c d"]), ("/a/", ["a", ""]),
            ("/a//b", ["a", "", "b"]), ("/%C3%BC", ["ü"]), ("/a+b", ["a+b"]), ("/..%2f..", ["../.."]), ("*", []),
            ("http://host:80/a/b?x=1", ["a", "b"]), ("HTTPS://host", []), ("/a?b/c", ["a"]),
        ] as [(String, [String])])
    func segmentsAreDecodedOneByOne(target: String, segments: [String]) {
        #expect(HTTPRequest(method: "GET", target: target)?.segments == segments)
    }

    @Test(arguments: ["", "a", "host:80", "/%", "/%4", "/%zz", "/a%2", "/%ff", "/?a=%", "/?%=b", "/?a=%C3"])
    func malformedTargetsAreRefused(target: String) {
        #expect(HTTPRequest(method: "GET", target: target) == nil)
    }

    @Test(arguments: [
        ("/", ""), ("/?", ""), ("/?a=1", "a:1"), ("/?a=1&b=2&a=3", "a:1,b:2,a:3"), ("/?a", "a:"), ("/?a=&=b", "a:,:b"),
        ("/?a=b=c", "a:b=c"), ("/?a+b=c%2Bd+e", "a b:c+d e"), ("/?a=1&&b=2", "a:1,b:2"), ("/?a=1?2", "a:1?2"),
    ])
    func queriesKeepOrderAndRepetition(target: String, items: String) throws {
        let request = try #require(HTTPRequest(method: "GET", target: target))
        #expect(request.query.map { "\($0.name):\($0.value)" }.joined(separator: ",") == items)
    }

    @Test func theFirstValueOfAQueryNameIsGiven() throws {
        let request = try #require(HTTPRequest(method: "GET", target: "/p?a=1&a=2&A=3"))
        #expect(request.path == "/p")
        #expect(request.queryValue("a") == "1")
        #expect(request.queryValue("A") == "3")
        #expect(request.queryValue("b") == nil)
    }

    @Test func headerNamesIgnoreCase() {
        var headers: HTTPHeaders = [("Content-Type", "a"), ("X-One", "1"), ("x-one", "2")]
        #expect(headers["content-TYPE"] == "a")
        #expect(headers.values("X-ONE") == ["1", "2"])
        #expect(headers["content"] == nil)
        headers["x-ONE"] = "3"
        #expect(headers.values("X-One") == ["3"])
        headers["x-one"] = nil
        #expect(headers.fields.map(\.name) == ["Content-Type"])
    }

    @Test(arguments: ["", "a-b_c.d~9", "a b/c?d=e&f%g+", "üñ€😀", "\u{0}\u{1f}"])
    func encodingIsUndoneByDecoding(text: String) {
        let encoded = PercentCoding.encode(text)
        let unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%"
        #expect(encoded.allSatisfy { unreserved.contains($0) })
        #expect(PercentCoding.decode(encoded) == text)
    }
}
