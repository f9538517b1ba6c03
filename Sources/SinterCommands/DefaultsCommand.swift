import CommandLineKit
import JSONKit
import Sinter

/// `foqus-sinter defaults CONFIG`
struct DefaultsCommand: Sendable {
    let environment: SinterEnvironment
    let configuration: String
    let output: String
    let withUnits: Bool

    func run() async throws -> ExitCode {
        let files = ModelFiles(environment: environment)
        let read: SinterConfiguration
        do {
            read = try await files.configuration(configuration, defaults: nil).0
        } catch let error as SinterError {
            environment.say(error.problems)
            return .dataError
        }
        for variable in read.variables where variable.isGiven && variable.defaultValue == nil {
            let problem = SinterProblem(
                .warning, place: variable.place, variable: variable.name, "it has no default; put a value for the null")
            environment.say([problem])
        }
        let document = read.defaultsDocument(withUnits: withUnits).serialized(pretty: true)
        try await files.write(document + [UInt8(ascii: "\n")], to: output)
        return .success
    }
}
