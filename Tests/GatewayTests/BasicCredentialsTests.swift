import CryptoTools
import Testing

@testable import Gateway

@Suite struct BasicCredentialsTests {
    private func read(_ text: String) -> BasicCredentials {
        BasicCredentials(header: "Basic " + Base64.encode(Array(text.utf8)))
    }

    @Test func theUserEndsAtTheFirstColon() {
        #expect(read("test:chan%ge:me") == .given(user: "test", password: "chan%ge:me"))
        #expect(read("jürgen:größe") == .given(user: "jürgen", password: "größe"))
    }

    @Test func theSchemeIsReadInAnyCase() {
        #expect(BasicCredentials(header: "basic YTpi") == .given(user: "a", password: "b"))
    }

    @Test func noneAndBlankOnesAreNone() {
        #expect(BasicCredentials(header: nil) == .none)
        #expect(BasicCredentials(header: "Basic Og==") == .none)
    }

    @Test(arguments: ["", "Basic", "Bearer YTpi", "Basic !!!!", "Basic /w==", "Basic YWI=", "YTpi"])
    func whatCannotBeReadIsMalformed(header: String) {
        guard case .malformed(let reason) = BasicCredentials(header: header) else {
            Issue.record("\(header) was read")
            return
        }
        #expect(!reason.contains("YTpi"))
    }

    @Test(arguments: [":b", "a:"])
    func halfOfCredentialsIsMalformed(text: String) {
        guard case .malformed = read(text) else {
            Issue.record("\(text) was read")
            return
        }
    }
}
