import Testing

@testable import TextKit

@Suite struct SuggestionTests {
    @Test(arguments: [("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("kitten", "sitting", 3)])
    func distancesCountSlips(left: String, right: String, distance: Int) {
        #expect(Suggestion.distance(left, right) == distance)
        #expect(Suggestion.distance(right, left) == distance)
    }

    @Test(arguments: [
        ("flsh.P", "flash.P"), ("FLASH.p", "flash.P"), ("flash.Temprature", "flash.Temperature"), ("xyz", nil),
        ("ab", nil), ("", nil),
    ])
    func theNearestIsSuggestedWhenNearEnough(word: String, expected: String?) {
        #expect(
            Suggestion.nearest(to: word, among: ["flash.T.long", "flash.P", "flash.Temperature", "cd"]) == expected)
    }

    @Test func hintsAreQuestions() {
        #expect(Suggestion.hint(for: "sesion", among: ["session"]) == "; did you mean 'session'?")
        #expect(Suggestion.hint(for: "walk", among: ["session"]) == "")
    }
}
