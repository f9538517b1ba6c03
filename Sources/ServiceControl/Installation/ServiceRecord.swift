import FileKit
import Settings

/// What `install` and `update` were asked for: a drop-in of the unit, which carries the answers in a section that systemd
/// leaves alone, and what follows from them for systemd.
struct ServiceRecord: Hashable, Sendable {
    /// False while a command is at work, and after it when it was interrupted: then it is to be repeated.
    var isComplete = false
    var startup = Startup.manual
    /// Nil for the unit's own.
    var username: String?
    /// The variables that lead to the user's display; nil when the service must not reach it.
    var display: [String: String]?
    var counters: CounterExport?
    /// Where the program is, when in a home directory: the sandbox hides these otherwise.
    var isProgramInHome = false

    static let displayVariables = ["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR"]
    private static let section = "X-FOQUS-Service"

    init() {}

    // MARK: writing

    var text: String {
        var lines = [
            "# Written by foqus-service. Change it by \"foqus-service [options] update\".", "[\(Self.section)]",
        ]
        lines += ["state = \(isComplete ? "installed" : "changing")", "startup = \(startup.rawValue)"]
        if let username { lines.append("username = \(username)") }
        if let display {
            lines.append("interactive = yes")
            lines += Self.displayVariables.compactMap { name in display[name].map { "\(name.lowercased()) = \($0)" } }
        }
        if let counters {
            if let textfile = counters.textfile { lines.append("textfile = \(textfile)") }
            lines.append("counters = \(counters.names.joined(separator: ", "))")
        }
        if isProgramInHome { lines.append("program_in_home = yes") }
        lines += ["", "[Service]"] + service
        return lines.joined(separator: "\n") + "\n"
    }

    /// What systemd is to know.
    private var service: [String] {
        var lines: [String] = []
        if let username { lines += ["User=\(UnitQuoting.word(username))", "Group="] }
        if isProgramInHome, display == nil { lines.append("ProtectHome=read-only") }
        if let display {
            lines += display.sorted { $0.key < $1.key }.map { "Environment=" + UnitQuoting.assignment($0, $1) }
            // The sockets of a display are in /tmp and /run/user, its graphics in /dev.
            lines += ["ProtectHome=no", "PrivateTmp=no", "PrivateDevices=no", "PrivateUsers=no"]
        }
        if let counters { lines += counters.assignments }
        return lines
    }

    // MARK: reading

    /// Nil when there is none.
    init?(at path: String) throws(ServiceError) {
        guard File.exists(path) else { return nil }
        let file: SettingsFile
        do throws(SettingsError) { file = try SettingsFile.parse(path: path) } catch {
            throw ServiceError(.other("\(path) cannot be read: \(error)."), hint: "Remove it, and install again.")
        }
        var values: [String: String] = [:]
        for setting in file.settings where setting.section == Self.section { values[setting.key] = setting.value }
        isComplete = values["state"] == "installed"
        startup = values["startup"].flatMap(Startup.init(rawValue:)) ?? .manual
        username = values["username"]
        if values["interactive"] == "yes" {
            var display: [String: String] = [:]
            for name in Self.displayVariables { display[name] = values[name.lowercased()] }
            self.display = display
        }
        if let names = values["counters"] {
            counters = CounterExport(textfile: values["textfile"], names: CounterExport.list(names))
        }
        isProgramInHome = values["program_in_home"] == "yes"
    }
}
