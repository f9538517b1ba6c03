public import CommandLineKit
import Glibc
public import Settings

/// The options that every program has for its settings.
public enum CommonOptions {
    public static let settings = OptionDescription.value(
        "settings", placeholder: "FILE", hint: .file,
        "Read settings from FILE (default: \(FOQUSSettings.defaultFile), if it is there).")
    public static let set = OptionDescription.values(
        "set", placeholder: "SECTION.KEY=VALUE", "Set one setting, over file and environment. May be repeated.")

    /// Loads the settings as these options say. A settings error ends the program with status 78 (EX_CONFIG).
    public static func load(_ arguments: ParsedArguments) throws -> FOQUSSettings {
        let overrides = try overrides(arguments)
        do throws(SettingsError) {
            return try FOQUSSettings.load(
                file: arguments.value("settings"), environment: environment(), commandLine: overrides)
        } catch {
            throw ConfigurationError(error.description)
        }
    }

    /// The same with what an instance of a cloud says of itself, asked with `backend = aws` only.
    public static func load(
        _ arguments: ParsedArguments, instance: (AWSSettings) async -> [Setting]
    ) async throws -> FOQUSSettings {
        let overrides = try overrides(arguments)
        do throws(SettingsError) {
            return try await FOQUSSettings.load(
                file: arguments.value("settings"), environment: environment(), commandLine: overrides,
                instance: instance)
        } catch {
            throw ConfigurationError(error.description)
        }
    }

    private static func overrides(_ arguments: ParsedArguments) throws -> [Setting] {
        try arguments.values("set").map(setting)
    }

    /// What a value of `--set` says.
    public static func setting(_ text: String) throws(CommandLineError) -> Setting {
        guard let equals = text.firstIndex(of: "="), let dot = text[..<equals].lastIndex(of: ".") else {
            throw CommandLineError("--set \"\(text)\" is not SECTION.KEY=VALUE, such as worker.slots=4")
        }
        return Setting(
            section: String(text[..<dot]), key: String(text[text.index(after: dot)..<equals]),
            value: String(text[text.index(after: equals)...]), origin: .commandLine(option: "--set"))
    }

    /// The variables of this process.
    public static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }
}

/// The program cannot work as it is set up. Ends it with status 78, so that systemd does not start it again.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible, ExitCodeProviding {
    public let description: String

    public init(_ description: String) { self.description = description }

    public var exitCode: ExitCode { .configuration }
}

extension ExitCode {
    /// EX_CONFIG of sysexits.h.
    public static let configuration = ExitCode(rawValue: 78)
}

/// Of all programs of the package.
public enum Version {
    public static let current = "0.1.0"
    /// Of the release, for manual pages.
    public static let date = "2026-11-24"
}
