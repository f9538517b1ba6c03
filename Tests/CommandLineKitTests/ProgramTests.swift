import Glibc
import TestSupport
import Testing

@testable import CommandLineKit

@Suite(.timeLimit(.minutes(1))) struct ProgramTests {
    private let sample = Sample()

    @Test func theVersionIsPrinted() async {
        #expect(await sample.run("--version") == .success)
        #expect(sample.output.text == "sample 1.2.3\n")
    }

    @Test func anErrorOfAHandlerIsPrintedAndTheStatusIsOne() async {
        #expect(await sample.run("fail") == .failure)
        #expect(sample.errors.text == "sample: cannot write the output: No space left on device\n")
    }

    @Test func anErrorMayChooseTheStatus() async {
        struct Busy: ExitCodeProviding, CustomStringConvertible {
            let exitCode = ExitCode(rawValue: 75)
            let description = "busy"
        }
        let program = Program(CommandDescription(name: "p", summary: "s") { _ in throw Busy() }, version: "1")
        #expect(await program.run([], output: sample.output, errors: sample.errors) == ExitCode(rawValue: 75))
        #expect(sample.errors.text == "p: busy\n")
    }

    @Test func aHandlersUsageErrorPointsToTheHelp() async {
        let program = Program(
            CommandDescription(name: "p", summary: "s") { _ in throw CommandLineError("no") }, version: "1")
        #expect(await program.run([], output: sample.output, errors: sample.errors) == .usage)
        #expect(sample.errors.text == "p: no\nTry 'p --help' for more.\n")
    }

    @Test func aClosedOutputEndsTheProgramQuietly() async {
        let program = Program(
            CommandDescription(name: "p", summary: "s") { _ in throw OutputError.closed }, version: "1")
        #expect(await program.run([], output: sample.output, errors: sample.errors) == .brokenPipe)
        #expect(sample.errors.text.isEmpty)
    }

    @Test func contradictionsAreFound() {
        let child = CommandDescription(
            name: "c", summary: "s", options: [.flag("all", "x"), .flag("b", short: "a", "x")],
            positionals: [.init("A", .zeroOrMore, "x"), .init("B", "x"), .init("A", .optional, "x")])
        let root = CommandDescription(
            name: "p", summary: "s",
            options: [
                .flag("all", short: "a", "x"), .flag("help", "x"), .choice("k", ["x"], default: "y", "x"),
                .flag("log", negatable: true, "x"), .flag("no-log", "x"),
            ],
            positionals: [.init("A", "x")], subcommands: [child, child])
        let problems = Set(root.problems)
        #expect(
            problems == [
                "p: --help is a standard option", "p: the default of --k is none of its choices",
                "p: option --no-log is described twice", "p c: option --no-log is described twice",
                "p c: --help is a standard option", "p c: the default of --k is none of its choices",
                "p: command c is described twice", "p: has both commands and arguments",
                "p c: option --all is described twice", "p c: option -a is described twice",
                "p c: argument A is described twice", "p c: argument B follows A, which takes all",
                "p c: argument B follows an optional one", "p c: does nothing",
            ])
        #expect(sample.program.description.problems.isEmpty)
    }

    @Test func textReachesADescriptorAtOnce() async throws {
        var ends: [CInt] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        try TextOutput(descriptor: ends[1]).line("héllo")
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = read(ends[0], &buffer, buffer.count)
        #expect(String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self) == "héllo\n")
    }

    @Test func aRefusedWriteIsTyped() {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        #expect(throws: OutputError.failed(ENOSPC)) { try TextOutput(descriptor: full).line("x") }
    }

    @Test func aReaderThatLeftIsTyped() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [CInt] = [-1, -1]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        #expect(throws: OutputError.closed) { try TextOutput(descriptor: ends[1]).line("x") }
    }
}
