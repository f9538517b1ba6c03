import FileKit
import Glibc
import SystemdKit

/// Where the manager of a scope looks for units, and which of these places are for whom (systemd.unit(5)).
///
/// Units that `install` writes go where software of this machine's own does, not to the administrator's folder: a unit
/// there could not be masked, which is what a disabled service is.
struct UnitPlaces: Sendable {
    let scope: SystemdManager.Scope
    /// Units that `install` writes.
    let units: String
    /// What the administrator, and so this program, changes about units.
    let configuration: String
    /// The same until the next boot.
    let runtime: String
    /// Units of packages, the first place that has one counting.
    let packaged: [String]

    /// - Parameter variable: of the environment.
    init(_ scope: SystemdManager.Scope, variable: (String) -> String? = UnitPlaces.variable) {
        self.scope = scope
        switch scope {
        case .system:
            units = "/usr/local/lib/systemd/system"
            configuration = "/etc/systemd/system"
            runtime = "/run/systemd/system"
            packaged = ["/usr/lib/systemd/system", "/lib/systemd/system"]
        case .user:
            let home = variable("HOME") ?? "/"
            units = (variable("XDG_DATA_HOME") ?? Path.join(home, ".local/share")) + "/systemd/user"
            configuration = (variable("XDG_CONFIG_HOME") ?? Path.join(home, ".config")) + "/systemd/user"
            runtime = (variable("XDG_RUNTIME_DIR") ?? "/run/user/\(geteuid())") + "/systemd/user"
            packaged = []
        }
    }

    /// The file of a unit, wherever it is; nil when there is none. Masks and other links do not count.
    func file(of unit: String) -> String? {
        for folder in [configuration, units] + packaged {
            let path = Path.join(folder, unit)
            var status = stat()
            if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG { return path }
        }
        return nil
    }

    private var dropIns: String { Path.join(configuration, ServiceNames.unit + ".d") }

    /// What `install` changed about the unit, and that it did.
    var record: String { Path.join(dropIns, "50-foqus-service.conf") }

    /// The arguments of one start.
    var startArguments: String { Path.join(runtime, ServiceNames.unit + ".d", "90-start-arguments.conf") }

    var alias: String { Path.join(configuration, ServiceNames.alias) }

    /// Held while one of these programs changes things.
    var lock: String {
        scope == .system ? "/run/lock/foqus-service.lock" : Path.join(Path.parent(runtime), "foqus-service.lock")
    }

    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
