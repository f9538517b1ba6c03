import CommandLineKit
import Testing

@testable import ControlCommands

@Suite struct ProgramTests {
    private func output(_ arguments: String...) async -> (code: Int32, text: String) {
        let output = TextOutput()
        let code = await ControlFixture().program.run(arguments, output: output, errors: TextOutput(), width: 80)
        return (code.rawValue, output.text)
    }

    /// The description is sound, or making the program traps.
    @Test(arguments: ["completion-bash", "completion-zsh", "completion-fish", "man"])
    func everythingIsMadeFromTheDescription(_ what: String) async {
        let made = await output("--generate", what)
        #expect(made.code == 0)
        // The manual writes dashes as roff wants them.
        let text = made.text.replacing("\\-", with: "-")
        for word in ["session", "keep-going", "password-stdin"] { #expect(text.contains(word), "\(word)") }
    }

    @Test func helpHasExamples() async {
        #expect(await output("run", "--help").text.contains("foqusctl run flow.foqus inputs.csv"))
        #expect(await output("--help").text.contains("FOQUS_GATEWAY"))
    }

    @Test(arguments: [
        ("90", Duration.seconds(90)), ("90s", .seconds(90)), ("250ms", .milliseconds(250)), ("15m", .seconds(900)),
        ("2h", .seconds(7200)), ("1d", .seconds(86400)),
    ])
    func timesHaveUnits(_ text: String, _ duration: Duration) { #expect(SharedOptions.duration(text) == duration) }

    @Test(arguments: ["", "0", "-1s", "1w", "s", "1.5h", "99999999999999999999"])
    func otherTimesAreRefused(_ text: String) { #expect(SharedOptions.duration(text) == nil) }

    @Test func usageErrorsAreTwo() async {
        #expect(await output("run", "flow").code == 2)
        #expect(await output("run", "flow", "x.csv", "--timeout", "soon").code == 2)
        #expect(await output("run", "flow", "x.csv", "--detach", "--output", "/tmp/x.csv").code == 2)
        #expect(await output("walk").code == 2)
    }
}
