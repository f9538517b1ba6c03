import Testing
import Threading

@testable import CommandLineKit

@Suite struct RenderingTests {
    private let sample = Sample()

    @Test(arguments: [["--help"], ["-h"], ["help"], ["-v", "--help"]])
    func helpIsAlignedAndWrapped(arguments: [String]) async {
        let code = await sample.program.run(arguments, output: sample.output, errors: sample.errors, width: 60)
        #expect(code == .success)
        #expect(
            sample.output.text == """
                sample - shows what there is

                Usage: sample [OPTION...] COMMAND

                A first paragraph that is long enough to be wrapped when the
                terminal has forty columns.

                A second one.
                  kept   as it is

                Commands:
                  jobs  look at jobs
                  fail  fail

                Options:
                  -v, --verbose      say more
                  -q, --quiet        say less
                      --[no-]colour  colour the output
                  -c, --config FILE  settings
                  -h, --help         show this help and exit
                      --version      show the version and exit

                Environment:
                  NO_COLOR  no colours, whatever the terminal

                Exit status:
                  0  done
                  2  the command line made no sense

                'sample COMMAND --help' tells more about a command.

                """)
    }

    @Test(arguments: [["jobs", "list", "--help"], ["help", "jobs", "list"], ["jobs", "help", "list"]])
    func helpOnASubcommandShowsWhatItInherits(arguments: [String]) async {
        _ = await sample.program.run(arguments, output: sample.output, errors: sample.errors, width: 80)
        #expect(
            sample.output.text == """
                sample jobs list - list jobs

                Usage: sample jobs list [OPTION...] [SESSION]

                Arguments:
                  SESSION  whose jobs

                Options:
                  -f, --format FORMAT  how jobs are shown (one of table, json; default: table)
                      --state STATE    only jobs in this state (may be repeated)
                  -n, --limit COUNT    the most jobs shown (default: 50)
                  -h, --help           show this help and exit

                General options:
                  -s, --server URL   the gateway
                  -v, --verbose      say more
                  -q, --quiet        say less
                      --[no-]colour  colour the output
                  -c, --config FILE  settings

                Examples:
                  sample jobs list --state error
                      show what failed

                """)
    }

    @Test func hiddenThingsAreNotTold() async {
        _ = await sample.run("jobs", "--help")
        _ = await sample.run("--help")
        _ = await sample.run("--generate", "man")
        #expect(!sample.output.text.contains("debug"))
        #expect(!sample.output.text.contains("generate"))
        #expect(await sample.run("jobs", "debug") == .success)
        #expect(sample.calls.withLock { $0.count } == 1)
    }

    @Test(arguments: 20...60)
    func noLineIsWiderThanTheTerminal(width: Int) {
        let text = "Words of many different lengths, immediately followed by others."
        #expect(TextLayout.wrap(text, width: width, indent: 4).allSatisfy { $0.count <= width })
        #expect(TextLayout.wrap(text, width: width).joined(separator: " ") == text)
    }

    @Test func tablesAlignNumbersRightAndCutWhatIsFlexible() {
        var table = Table([.init("ID"), .init("MESSAGE", isFlexible: true), .init("SECONDS")])
        table.add(["a", "short", "1.5"])
        table.add(["bb", "rather a long\nmessage", "120"])
        table.add(["c", "日本", "-"])
        #expect(
            table.lines() == [
                "ID  MESSAGE                SECONDS", "a   short                      1.5",
                "bb  rather a long?message      120", "c   日本                         -",
            ])
        #expect(
            table.lines(width: 24) == [
                "ID  MESSAGE      SECONDS", "a   short            1.5", "bb  rather a l…      120",
                "c   日本               -",
            ])
        #expect(table.lines(width: 1).allSatisfy { $0.count <= 16 })
    }

    @Test func aTableOfTextHasNoTrailingSpaces() {
        var table = Table("NAME", "STATE")
        table.add(["x", "running"])
        table.add(["y", ""])
        #expect(table.lines() == ["NAME  STATE", "x     running", "y"])
    }

    @Test(
        arguments: [
            (0, 10, 40, "Jobs  [-------------------]    0%   0/10"),
            (5, 10, 40, "Jobs  [#########----------]   50%   5/10"),
            (10, 10, 40, "Jobs  [###################]  100%  10/10"),
            (999, 1000, 30, "Jobs  [####-]   99%   999/1000"), (12, 10, 20, "Jobs  100%  10/10"),
            (7, nil, 20, "Jobs  7"),
            (7, 0, 5, "Jobs…"),
        ] as [(Int, Int?, Int, String)])
    func progressIsOneLine(completed: Int, total: Int?, width: Int, line: String) {
        #expect(ProgressBar(label: "Jobs", completed: completed, total: total).line(width: width) == line)
    }

    @Test(
        arguments: [
            (true, nil, "xterm", true), (false, nil, "xterm", false), (true, "1", "xterm", false),
            (true, "", "xterm", true),
            (true, nil, "dumb", false), (true, nil, nil, true),
        ] as [(Bool, String?, String?, Bool)])
    func coloursNeedAWillingTerminal(isTTY: Bool, noColor: String?, term: String?, wanted: Bool) {
        #expect(Terminal.wantsColour(isTTY: isTTY, noColor: noColor, term: term) == wanted)
    }

    @Test func aPaletteThatIsOffChangesNothing() {
        #expect(Palette(isEnabled: false).red("x") == "x")
        #expect(Palette(isEnabled: true).red("x") == "\u{1b}[31mx\u{1b}[0m")
    }
}
