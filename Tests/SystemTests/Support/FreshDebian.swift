import FOQUSModel
import FileKit
import Glibc
import TestSupport

/// A machine that is a fresh Debian: the smallest installation with systemd, no network, nothing of ours. The Debian packages
/// are there to be installed; what they need lies in apt's cache.
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
        try await machine.shell(
            "cd '\(Self.packages(version.rawValue))' && DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet \(words) 2>&1"
        )
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

    /// Makes the application "pause", whose jobs take `seconds`, and a user and a simulation for it. A gateway must run.
    func prepareJobs(seconds: Double) async throws {
        try await machine.shell(
            """
            printf '[application.pause]\\nexecutor = command\\nprogram = /bin/sh\\narguments = -c,sleep \(seconds); echo {}\\n' \
                >>/etc/foqus/foqus.conf
            printf secret | foqusctl user add alice --password-stdin
            """)
    }

    func putSimulation() async throws {
        try await foqusctl("simulation put --application pause pause /etc/foqus/foqus.conf")
    }

    /// Runs so many jobs to their end; returns the results as CSV.
    func runJobs(_ count: Int) async throws -> String {
        try await foqusctl("run pause <(printf 'node.x\\n'; seq \(count)) --output /tmp/results.csv")
        return try await machine.succeeding("cat", "/tmp/results.csv")
    }

    @discardableResult
    private func foqusctl(_ words: String) async throws -> String {
        try await machine.shell(
            "export FOQUS_GATEWAY=http://127.0.0.1:8080 FOQUS_USER=alice FOQUS_PASSWORD=secret; foqusctl \(words) 2>&1")
    }

    /// The states that were published for each job.
    func publishedStates() async throws -> [JobID: [JobState]] {
        try await StoredUpdates.states(in: try file("/var/lib/foqus"))
    }

    /// A file or folder of the machine, as it can be reached from here.
    private func file(_ path: String) throws -> String {
        let leader = String(decoding: try File.read("/run/foqus-machines/\(machine.name)/leader"), as: UTF8.self)
        return "/proc/\(leader.filter(\.isNumber))/root\(path)"
    }

    /// What there is of ours, outside of /proc and the like.
    func leftovers() async throws -> [String] {
        try await machine.shell("find / -xdev \\( -path '\(Installation.root)' -prune \\) -o -name '*foqus*' -print")
            .split(separator: "\n").map(String.init)
    }
}
