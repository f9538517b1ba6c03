import CommandLineKit
import Testing

@testable import ServiceControl

@Suite struct CommandLineTests {
    private struct End {
        let code: ExitCode
        let output: String
        let errors: String
    }

    private func run(_ arguments: String...) async -> End {
        let (output, errors) = (TextOutput(), TextOutput())
        let program = Program(
            ServiceCommands.description(output: output, errors: errors), version: "1", manualSection: 8)
        let code = await program.run(arguments, output: output, errors: errors, width: 100)
        return End(code: code, output: output.text, errors: errors.text)
    }

    @Test func withoutArgumentsTheUsageIsPrinted() async {
        let end = await run()
        #expect(end.code == .failure)
        #expect(
            end.output.hasPrefix(
                """
                Usage: 'foqus-service [options] install|update|remove|start [...]|stop|restart [...]|debug [...]'
                Options for 'install' and 'update' commands only:
                 --username domain\\username :
                """))
        for line in [
            " --password password : ",
            " --startup [manual|auto|disabled|delayed] : How the service starts, default = manual",
            " --interactive : ", " --perfmonini file: ", " --perfmondll file: ",
            "Options for 'start' and 'stop' commands only:\n --wait seconds: Wait for the service to actually start or stop.",
        ] { #expect(end.output.contains("\n" + line), "\(line)") }
    }

    @Test(
        arguments: [
            (["--startup", "auto", "start"], "--startup is an option of 'install' and 'update', not of 'start'"),
            (["--interactive", "stop"], "--interactive is an option of 'install' and 'update', not of 'stop'"),
            (["--wait", "3", "install"], "--wait is an option of 'start' and 'stop', not of 'install'"),
            (["--wait", "soon", "start"], "the value 'soon' of option '--wait' is not a whole number from 1 to 86400"),
            (["start", "--wait", "3"], "--wait stands before the command: foqus-service --wait … start"),
            (["--startup", "later", "install"], "'later' is not a value of option '--startup'"),
            (["instal"], "unknown command 'instal'; did you mean 'install'?"),
            (["stop", "now"], "unexpected argument 'now'"),
        ])
    func whatMakesNoSenseIsRefused(arguments: [String], reason: String) async {
        let (output, errors) = (TextOutput(), TextOutput())
        let program = Program(ServiceCommands.description(output: output, errors: errors), version: "1")
        #expect(await program.run(arguments, output: output, errors: errors) == .usage)
        #expect(errors.text.contains(reason), "\(errors.text)")
        #expect(output.text.isEmpty)
    }

    @Test(arguments: ["man", "completion-bash", "completion-zsh", "completion-fish"])
    func manualAndCompletionsKnowTheCommands(kind: String) async {
        let end = await run("--generate", kind)
        #expect(end.code == .success)
        for word in ["install", "update", "remove", "start", "stop", "restart", "debug", "status", "perfmonini"] {
            #expect(end.output.contains(word), "\(word)")
        }
    }

    @Test func helpOfOpenEndedCommandsIsOurs() async {
        let end = await run("start", "--help")
        #expect(end.code == .success)
        #expect(end.output.hasPrefix("foqus-service start - start the service"))
    }

    @Test func errorsHaveTheNumbersOfWindows() {
        let numbers: [ServiceError.Reason: Int] = [
            .accessDenied: 5, .timedOut: 1053, .busy: 1055, .alreadyRunning: 1056, .badAccount: 1057, .disabled: 1058,
            .notInstalled: 1060, .notStarted: 1062, .endedUnexpectedly: 1067, .dependencyFailed: 1068,
            .alreadyExists: 1073,
        ]
        for (reason, number) in numbers { #expect("\(ServiceError(reason))".hasSuffix(". (\(number))")) }
        #expect("\(ServiceError(.notStarted, hint: "Why."))" == "The service has not been started. (1062)\nWhy.")
    }
}
