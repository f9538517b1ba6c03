import FOQUSModel
import FileKit
import Glibc
import JSONKit
import TestSupport
import Testing

/// A machine that is a fresh Debian: the smallest installation with systemd, no network, nothing of ours. The Debian
/// packages are there to be installed; what they need lies in apt's cache.
struct FreshDebian {
    let machine: Machine

    static func with<Result>(_ body: (FreshDebian) async throws -> Result) async throws -> Result {
        let options = Machine.Options(
            root: try packages("root"), binds: [try packages(Version.old.rawValue), try packages(Version.new.rawValue)])
        return try await Machine.with(options) { try await body(FreshDebian(machine: $0)) }
    }

    // MARK: packages

    /// Of the packages: the programs are the same.
    enum Version: String {
        case old, new
    }

    /// Runs apt in the folder of the packages, as `apt install ./foqus-worker_*.deb`; returns what it said.
    @discardableResult
    func apt(_ words: String, _ version: Version = .old) async throws -> String {
        let folder = try Self.packages(version.rawValue)
        return try await machine.shell(
            "cd '\(folder)' && DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet \(words) 2>&1")
    }

    func installedVersion(of package: String) async throws -> String {
        try await machine.succeeding("dpkg-query", "-W", "-f", "${Version}", package)
    }

    private static func packages(_ name: String) throws -> String {
        let made = Path.join(Installation.root, ".build/packages")
        let path = Path.join(Installation.variable("FOQUS_PACKAGES") ?? made, name)
        guard File.exists(path) else {
            throw TestSupportError("\(path) is missing: run script/test packages, which makes it")
        }
        return path
    }

    // MARK: jobs

    /// Makes the application "pause", whose jobs take `seconds`, and a user. No gateway or worker may run.
    func prepareJobs(seconds: Double) async throws {
        try await machine.shell(
            """
            cat >>/etc/foqus/foqus.conf <<END
            [application.pause]
            executor = command
            program = /bin/sh
            arguments = -c,sleep \(seconds); echo {}
            END
            printf secret | foqusctl user add alice --password-stdin
            """)
    }

    /// Uploads a simulation for it. The gateway must run.
    func putSimulation() async throws {
        try await foqusctl("simulation put --application pause pause /etc/foqus/foqus.conf")
    }

    /// Starts a session of so many jobs; returns its id.
    func submit(_ count: Int) async throws -> String {
        try await machine.shell("(echo node.x && seq \(count)) >/tmp/inputs.csv")
        return String(try await foqusctl("run pause /tmp/inputs.csv --detach --quiet").dropLast())
    }

    /// The number of jobs in each state.
    func states(of session: String) async throws -> [String: Int] {
        let status = try JSON.parse(Array(try await foqusctl("session status \(session) --json").utf8))
        let states = try #require(status["States"]?.objectValue)
        return states.reduce(into: [:]) { $0[$1.key] = $1.value.intValue }
    }

    /// Waits for the end of a session; returns the number of jobs in each state.
    func finish(_ session: String) async throws -> [String: Int] {
        try await foqusctl("session wait \(session) --quiet")
        return try await states(of: session)
    }

    @discardableResult
    private func foqusctl(_ words: String) async throws -> String {
        try await machine.shell(
            "export FOQUS_GATEWAY=http://127.0.0.1:8080 FOQUS_USER=alice FOQUS_PASSWORD=secret; foqusctl \(words)")
    }

    /// The states that were published for each job. The gateway and the workers must have stopped.
    func publishedStates() async throws -> [JobID: [JobState]] {
        let leader = String(decoding: try File.read("/run/foqus-machines/\(machine.name)/leader"), as: UTF8.self)
        let store = "/proc/\(leader.filter(\.isNumber))/root/var/lib/foqus"
        return try await withTemporaryDirectory { copy in
            let database = try File.read(Path.join(store, "foqus.sqlite3"))
            try File.writeAtomically(database, to: Path.join(copy, "foqus.sqlite3"))
            return try await StoredUpdates.states(in: copy)
        }
    }

    /// What there is of ours, outside of /proc and the like.
    func leftovers() async throws -> [String] {
        try await machine.shell("find / -xdev \\( -path '\(Installation.root)' -prune \\) -o -name '*foqus*' -print")
            .split(separator: "\n").map(String.init)
    }
}
