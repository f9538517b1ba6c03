import CommandLineKit
import FOQUSModel
import FileKit
import Threading

/// The options of every command that talks to a gateway.
enum ConnectionOptions {
    static let options: [OptionDescription] = [
        .value(
            "gateway", short: "g", placeholder: "URL",
            "the gateway's address (default: \(ConnectionSettings.defaultGateway))"),
        .value("user", short: "u", placeholder: "NAME", "who you are to the gateway"),
        .value("password-file", placeholder: "FILE", hint: .file, "a file whose first line is your password"),
        .value("ca-file", placeholder: "FILE", hint: .file, "certificates to trust, in PEM, instead of the system's"),
        .value("config", placeholder: "FILE", hint: .file, "settings to read (default: ~/.config/foqus/foqusctl.conf)"),
        .flag("quiet", short: "q", "show no progress"),
    ]

    static let environment: [CommandDescription.Term] = [
        .init("FOQUS_GATEWAY", "the gateway's address, as --gateway"),
        .init("FOQUS_USER", "who you are, as --user"),
        .init("FOQUS_PASSWORD", "your password"),
        .init("FOQUS_CA_FILE", "certificates to trust, as --ca-file"),
    ]

    /// Command line before environment before the user's file.
    static func settings(
        _ arguments: ParsedArguments, _ environment: ControlEnvironment
    ) async throws(ControlError) -> ConnectionSettings {
        var line = ConnectionSettings.Layer()
        line.gateway = arguments.value("gateway")
        line.user = arguments.value("user")
        line.password = arguments.value("password-file").map { .file($0) }
        line.caFile = arguments.value("ca-file")
        let variables = ConnectionSettings.Layer(environment: environment.variables)
        let file = UserSettingsFile(named: arguments.value("config"), variables: environment.variables)
        let own = try await environment.files.run { () throws(ControlError) in try file?.read() }
        return try ConnectionSettings(layers: [line, variables] + (own.map { [$0] } ?? []))
    }

    /// Finds the password: from its file, or by asking where there is a terminal.
    static func access(
        _ settings: ConnectionSettings, console: any Console, files: BlockingPool
    ) async throws(ControlError) -> ConnectionSettings.Access {
        if settings.exposesPassword {
            console.say("foqusctl: warning: \(settings.gateway) is not https: your password can be read on the way.")
        }
        guard let user = settings.user else {
            return ConnectionSettings.Access(gateway: settings.gateway, credentials: nil, caFile: settings.caFile)
        }
        let password =
            switch settings.password {
            case .text(let text): text
            case .file(let path): try await files.run { () throws(ControlError) in try PasswordText.read(file: path) }
            case nil where console.messageWidth != nil:
                try console.password(prompt: "Password of \(user) at \(settings.gateway): ")
            case nil:
                throw ControlError(
                    .settings, "user \(user) has no password here. Set FOQUS_PASSWORD, or use --password-file.")
            }
        return ConnectionSettings.Access(
            gateway: settings.gateway, credentials: .init(user: user, password: password), caFile: settings.caFile)
    }
}

extension ConnectionSettings {
    /// All that is needed to connect.
    struct Access: Sendable {
        struct Credentials: Sendable {
            let user: UserName
            let password: String
        }

        let gateway: String
        let credentials: Credentials?
        let caFile: String?
    }
}
