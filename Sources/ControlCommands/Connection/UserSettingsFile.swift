import FileKit
import Glibc
import Settings

/// The user's own settings: `~/.config/foqus/foqusctl.conf`, which nobody else may read.
///
///     [gateway]
///     url = https://foqus.example.org
///     user = alice
///     password = …            # or password_file = /path
///     ca_file = /path
struct UserSettingsFile: Sendable, Hashable {
    let path: String
    /// Whether its absence is an error: only when it was asked for.
    private let isRequired: Bool

    /// - Parameters:
    ///   - name: as given on the command line; nil for the usual place.
    ///   - variables: `XDG_CONFIG_HOME` and `HOME` tell that place; nil when there is none.
    init?(named name: String?, variables: [String: String]) {
        if let name {
            path = name
            isRequired = true
            return
        }
        func directory(_ variable: String) -> String? { variables[variable].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        guard let base = directory("XDG_CONFIG_HOME") ?? directory("HOME").map({ Path.join($0, ".config") }) else {
            return nil
        }
        path = Path.join(base, "foqus/foqusctl.conf")
        isRequired = false
    }

    /// Blocks. Nil when there is no such file and none was asked for.
    func read() throws(ControlError) -> ConnectionSettings.Layer? {
        var status = stat()
        if stat(path, &status) != 0 {
            let code = errno
            if code == ENOENT && !isRequired { return nil }
            throw ControlError(.settings, "cannot read \(path): \(String(cString: strerror(code))).")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw ControlError(.settings, "\(path) may hold a password, but others can read it. Run: chmod 600 \(path)")
        }
        return try parse()
    }

    private func parse() throws(ControlError) -> ConnectionSettings.Layer {
        do throws(SettingsError) {
            let reader = SettingsReader([.file(try SettingsFile.parse(path: path))])
            var layer = ConnectionSettings.Layer()
            layer.gateway = reader.optionalString("gateway", "url")
            layer.user = reader.optionalString("gateway", "user")
            layer.caFile = reader.optionalPath("gateway", "ca_file")
            layer.password = reader.optionalPath("gateway", "password_file").map { .file($0) }
            if let password = reader.optionalString("gateway", "password") { layer.password = .text(password) }
            try reader.finish()
            return layer
        } catch {
            throw ControlError(.settings, "\(error)")
        }
    }
}
