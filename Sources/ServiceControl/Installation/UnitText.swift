import SystemdKit

/// The units as they are delivered (systemd/ of the sources), fitted to where the programs are.
enum UnitText {
    /// The first line of a unit that `install` wrote: others are not touched.
    static let mark = "# Written by foqus-service, which removes it too."

    static var worker: String { String(decoding: PackageResources.foqus_worker_service, as: UTF8.self) }
    static var timer: String { String(decoding: PackageResources.foqus_worker_delayed_timer, as: UTF8.self) }

    /// The worker's unit for a program at another place, and for a user's systemd without what only the system's can do.
    /// - Parameters:
    ///   - settings: the settings file; nil for none, where a user has not made one: then all is kept in the user's home.
    static func worker(_ scope: SystemdManager.Scope, program: String, settings: String?) -> String {
        let command = ([program, "run"] + (settings.map { ["--settings", $0] } ?? [])).map(UnitQuoting.word)
        var lines = [mark]
        for line in worker.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("ExecStart=") {
                lines.append("ExecStart=" + command.joined(separator: " "))
                if scope == .user, settings == nil { lines.append(ownFolders) }
            } else if scope == .system {
                lines.append(String(line))
            } else if line == "WantedBy=multi-user.target" {
                lines.append("WantedBy=default.target")
            } else if isForUsersToo(line) {
                lines.append(String(line))
            }
        }
        return lines.joined(separator: "\n")
    }

    private static let ownFolders =
        "Environment=FOQUS_STORE_DIRECTORY=%h/.local/state/foqus/store "
        + "FOQUS_WORKER_STATE_DIRECTORY=%h/.local/state/foqus/worker"

    /// A user's systemd has no accounts, targets of the network and state directories of the system, and may not make the
    /// namespaces of a sandbox.
    private static func isForUsersToo(_ line: Substring) -> Bool {
        // Comments tell of what stands below them, which may be left out.
        if line.hasPrefix("#") { return false }
        guard let equals = line.firstIndex(of: "=") else { return true }
        return userKeys.contains(String(line[..<equals]))
    }

    private static let userKeys: Set = [
        "Description", "Documentation", "StartLimitIntervalSec", "StartLimitBurst", "Type", "NotifyAccess",
        "ExecReload", "KillMode", "TimeoutStartSec", "TimeoutStopSec", "Restart", "RestartSec",
        "RestartPreventExitStatus", "WatchdogSec", "UMask", "OOMPolicy", "NoNewPrivileges",
    ]
}
