public import CommandLineKit
import Settings

/// What `check-config` of every program prints: each setting with its origin, then one line for each thing it tried.
public struct SettingsCheck: ~Copyable {
    private let output = TextOutput.standardOutput
    private var isGood = true

    /// Prints the settings.
    public init(of settings: FOQUSSettings) throws(OutputError) {
        var table = Table("SETTING", "VALUE", "FROM")
        for setting in settings.origins {
            table.add(["[\(setting.section)] \(setting.key)", setting.shownValue, setting.origin.description])
        }
        try output.write(table.lines().joined(separator: "\n") + "\n\n")
    }

    /// Tries one thing. `body` says what it found, or throws why it cannot be used.
    public mutating func check(_ what: String, _ body: () async throws -> String) async throws {
        do {
            let finding = try await body()
            try output.line("ok    \(what): \(finding)")
        } catch {
            isGood = false
            try output.line("FAIL  \(what): \(error)")
        }
    }

    /// 78 when anything failed.
    public consuming func exitCode() -> ExitCode { isGood ? .success : .configuration }
}
