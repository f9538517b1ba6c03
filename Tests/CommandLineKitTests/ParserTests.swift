import Testing
import Threading

@testable import CommandLineKit

@Suite struct ParserTests {
    private let sample = Sample()

    @Test func optionsOfEveryLevelAreAcceptedAfterTheCommand() async throws {
        let arguments = await sample.parsed(["-v", "jobs", "--server", "u", "list", "--no-colour", "-c", "f", "s1"])
        let parsed = try #require(arguments)
        #expect(parsed.path == ["sample", "jobs", "list"])
        #expect(parsed.flag("verbose"))
        #expect(!parsed.flag("quiet"))
        #expect(parsed.flagIfGiven("quiet") == nil)
        #expect(parsed.flagIfGiven("colour") == false)
        #expect(parsed.value("server") == "u")
        #expect(parsed.value("config") == "f")
        #expect(parsed.positional("SESSION") == "s1")
    }

    @Test(arguments: [
        ["--limit=5"], ["--limit", "5"], ["-n5"], ["-n", "5"], ["-vn5"], ["-vqn", "5"], ["--limit=9", "--limit=5"],
        ["s", "--limit=5"],
    ])
    func valuesAreWrittenInManyWays(words: [String]) async throws {
        let parsed = try #require(await sample.parsed(["jobs", "list"] + words))
        #expect(try parsed.int("limit") == 5)
    }

    @Test func defaultsStandWhenNothingIsGiven() async throws {
        let parsed = try #require(await sample.parsed(["jobs", "list"]))
        #expect(parsed.value("format") == "table")
        #expect(parsed.valueIfGiven("format") == nil)
        #expect(parsed.value("server") == nil)
        #expect(parsed.values("state").isEmpty)
        #expect(parsed.positional("SESSION") == nil)
    }

    @Test func repeatedValuesAreKeptInOrder() async throws {
        let parsed = try #require(await sample.parsed(["jobs", "list", "--state", "error", "--state=", "--state=ok"]))
        #expect(parsed.values("state") == ["error", "", "ok"])
    }

    @Test func theLastOfAFlagAndItsOppositeStands() async throws {
        let parsed = try #require(await sample.parsed(["--no-colour", "--colour", "jobs", "list"]))
        #expect(parsed.flagIfGiven("colour") == true)
    }

    @Test func afterTwoDashesEverythingIsAnArgument() async throws {
        let parsed = try #require(await sample.parsed(["jobs", "add", "--", "-s", "--file", "--"]))
        #expect(parsed.positional("SESSION") == "-s")
        #expect(parsed.positionals("FILE") == ["--file", "--"])
    }

    @Test func negativeNumbersAndASingleDashAreValuesAndArguments() async throws {
        let parsed = try #require(await sample.parsed(["jobs", "add", "-5", "-", "-1.5e3", "--server", "-7"]))
        #expect(parsed.positional("SESSION") == "-5")
        #expect(parsed.positionals("FILE") == ["-", "-1.5e3"])
        #expect(parsed.value("server") == "-7")
    }

    @Test(arguments: [
        (["jobs", "lst"], "unknown command 'lst'; did you mean 'list'?"),
        (["jobs", "remove"], "unknown command 'remove'"),
        (["jobs"], "a command is missing; one of list, add"),
        (["jobs", "list", "--limt", "5"], "unknown option '--limt'; did you mean '--limit'?"),
        (["jobs", "list", "--no-color"], "unknown option '--no-color'; did you mean '--no-colour'?"),
        (["jobs", "list", "--no-verbose"], "unknown option '--no-verbose'; did you mean '--verbose'?"),
        (["jobs", "list", "-x"], "unknown option '-x'"),
        (["jobs", "list", "-vx"], "unknown option '-x' in '-vx'"),
        (["jobs", "list", "--limit"], "option '--limit' needs a value COUNT"),
        (
            ["jobs", "list", "-n", "--verbose"],
            "option '-n' needs a value COUNT; one that begins with a dash is written '--limit=--verbose'"
        ),
        (["jobs", "list", "--verbose=yes"], "option '--verbose' takes no value"),
        (["jobs", "list", "--no-colour=yes"], "option '--no-colour' takes no value"),
        (
            ["jobs", "list", "--format", "jsn"],
            "'jsn' is not a value of option '--format', which is one of table, json; did you mean 'json'?"
        ),
        (["jobs", "list", "a", "b"], "unexpected argument 'b'"),
        (["jobs", "add"], "missing argument SESSION"),
        (["jobs", "add", "s"], "missing argument FILE"),
        (["jobs", "list", "--version"], "unknown option '--version'"),
    ])
    func mistakesAreExplained(arguments: [String], complaint: String) async {
        let code = await sample.program.run(arguments, output: sample.output, errors: sample.errors)
        #expect(code == .usage)
        #expect(sample.errors.text.hasPrefix("sample: \(complaint)\nTry 'sample "))
        #expect(sample.output.text.isEmpty)
        #expect(sample.calls.withLock { $0.isEmpty })
    }

    @Test func theHintNamesTheCommandThatWasUnderstood() async {
        _ = await sample.run("jobs", "list", "--nonsense")
        #expect(sample.errors.text.hasSuffix("Try 'sample jobs list --help' for more.\n"))
    }

    @Test(arguments: [("12", true), ("0", false), ("101", false), ("x", false), ("1.5", false)])
    func numbersAreCheckedAgainstTheirRange(text: String, isValid: Bool) async throws {
        let parsed = try #require(await sample.parsed(["jobs", "list", "--limit", text]))
        if isValid {
            #expect(try parsed.int("limit", in: 1...100) == Int(text))
        } else {
            let error = #expect(throws: CommandLineError.self) { try parsed.int("limit", in: 1...100) }
            #expect(
                error?.description == "the value '\(text)' of option '--limit' is not a whole number from 1 to 100")
        }
    }
}
