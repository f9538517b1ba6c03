import Testing

@testable import Executors

struct LogTextTests {
    @Test(arguments: [
        ("", ""),
        ("\n \n\n", ""),
        ("one", "one"),
        ("a\nb\nc\nd\ne\nf\n", "b | c | d | e | f"),
        ("  indented \r\n\r\nlast\t1  \n", "indented | last 1"),
        ("\u{1B}[31mred\u{1B}[0m and \u{7}bell", "red and bell"),
    ])
    func tailKeepsTheLastLinesThatSaySomething(text: String, tail: String) {
        #expect(LogText.tail(Array(text.utf8)) == tail)
    }

    @Test func bytesThatAreNotTextAreReplaced() {
        #expect(LogText.tail([0x61, 0xFF, 0x62]) == "a\u{FFFD}b")
    }

    @Test func aLongLineIsCutAtItsBeginning() {
        let text = String(repeating: "x", count: 5000) + "end"
        let tail = LogText.tail(Array(text.utf8), limit: 100)
        #expect(tail.count == 100 && tail.hasPrefix("…x") && tail.hasSuffix("xend"))
    }
}
