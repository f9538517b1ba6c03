import FOQUSModel
import FileKit
import Glibc
import JSONKit
import TestSupport

/// A machine with the services as they are delivered: units, user, programs in /usr/bin, settings in /etc/foqus.
///
/// Jobs are shell scripts. They and the test share a folder, at the same path: a job in a sandbox can read there, others
/// can write.
struct WorkerMachine: Sendable {
    let machine: Machine
    let gate: String

    static let user = "alice"
    private static let account = ["FOQUS_USER": user, "FOQUS_PASSWORD": "secret"]

    /// - Parameters:
    ///   - settings: lines of `[worker]`, then other sections.
    ///   - setUp: a shell script to run before the services start.
    static func with(
        _ settings: String = "", setUp: String = "", _ body: (WorkerMachine) async throws -> Void
    ) async throws {
        try await booted { worker in
            let machine = worker.machine
            try await worker.write(settings: settings)
            if !setUp.isEmpty { try await machine.shell(setUp) }
            try await machine.shell(
                """
                systemctl daemon-reload
                systemctl start foqus-scopes.socket foqus-gateway foqus-worker
                printf 'secret\\n' | runuser -u foqus -- foqusctl user --store /var/lib/foqus add alice --password-stdin
                """)
            try await body(worker)
        }
    }

    /// A machine with programs and units, none of which runs.
    static func booted(_ body: (WorkerMachine) async throws -> Void) async throws {
        let gate = "/var/lib/foqus-test-\(UInt64.random(in: 0...(.max)))"
        try Directory.create(gate, mode: 0o777)
        defer { try? Directory.removeTree(gate) }
        // The umask has no say.
        _ = chmod(gate, 0o777)
        try await Machine.with(Machine.Options(binds: [gate])) { machine in
            let worker = WorkerMachine(machine: machine, gate: gate)
            try await worker.installServices()
            try await body(worker)
        }
    }

    private func installServices() async throws {
        try await machine.install("foqus-worker", "foqus-gateway", "foqusctl")
        let units = Path.join(Installation.root, "systemd")
        let users = Path.join(Installation.root, "packaging/debian/foqus-worker.sysusers")
        try await machine.shell(
            """
            systemd-sysusers \(users)
            cp \(units)/*.service \(units)/*.socket \(units)/*.slice /etc/systemd/system/
            """)
        try await dropIn("foqus-worker.service", "[Service]\nReadWritePaths=\(gate)")
        try await dropIn("foqus-worker@.service", "[Service]\nReadWritePaths=\(gate)")
    }

    func dropIn(_ unit: String, _ text: String, name: String = "test") async throws {
        try await machine.write(text + "\n", to: "/etc/systemd/system/\(unit).d/\(name).conf")
    }

    func write(settings: String) async throws {
        try await machine.write(
            """
            [worker]
            slots = 2
            cancel_poll = 200ms
            retry_delay = 200ms
            lease = 5s
            \(settings)

            [application.script]
            executor = command
            program = /bin/sh
            arguments = job.sh
            grace = 200ms
            """, to: "/etc/foqus/foqus.conf")
    }

    // MARK: jobs

    /// Uploads a script as a simulation.
    func put(_ name: String, _ script: String) async throws {
        try await put(name, file: "job.sh", "\(script)\n", application: "script")
    }

    /// Uploads a simulation of one file.
    func put(_ name: String, file: String, _ text: String, application: String) async throws {
        let folder = Path.join(gate, "simulations/\(name)")
        try Directory.create(folder, mode: 0o755)
        try File.writeAtomically(Array(text.utf8), to: Path.join(folder, file), mode: 0o644, sync: false)
        try await foqusctl("simulation", "put", name, folder, "--application", application)
    }

    /// Starts jobs of a simulation that was put.
    func start(_ name: String, count: Int = 1, application: String = "script") async throws -> String {
        let inputs = (0..<count).map { JSON.object(["node": ["x": .int(Int64($0))]]) }
        return try await start(name, inputs: inputs, application: application)
    }

    func start(_ name: String, inputs: [JSON], application: String) async throws -> String {
        let file = Path.join(gate, "inputs.json")
        try File.writeAtomically(JSON.array(inputs).serialized(), to: file, mode: 0o644, sync: false)
        let session = try await foqusctl("session", "create").filter { !$0.isWhitespace }
        try await foqusctl(
            "session", "append", session, file, "--simulation", name, "--application", application)
        try await foqusctl("session", "start", session)
        return session
    }

    /// The jobs of a session, once all are over.
    func results(_ session: String) async throws -> [JSON] {
        // Its status says whether jobs failed.
        _ = try await machine.run(["foqusctl", "session", "wait", session], environment: Self.account)
        let file = "\(gate)/results-\(session).json"
        try await foqusctl("session", "results", session, "--output", file)
        guard let jobs = try JSON.parse(try File.read(file)).arrayValue else {
            throw TestSupportError("\(file) is no list")
        }
        return jobs
    }

    /// Runs a script as one job to its end: its state, and its message.
    func run(_ name: String, _ script: String) async throws -> (state: String, message: String, output: JSON?) {
        try await put(name, script)
        return try await outcome(of: try await start(name))
    }

    func outcome(of session: String) async throws -> (state: String, message: String, output: JSON?) {
        guard let job = try await results(session).first else { throw TestSupportError("no job in \(session)") }
        return (job["State"]?.stringValue ?? "", job["Message"]?.stringValue ?? "", job["Output"])
    }

    @discardableResult
    func foqusctl(_ arguments: String...) async throws -> String {
        let end = try await machine.run(["foqusctl"] + arguments, environment: Self.account)
        guard end.status == 0 else { throw TestSupportError("foqusctl \(arguments): \(end)") }
        return end.output
    }

    // MARK: the gate

    /// Waits until a job has made a file in the gate's folder.
    func untilThere(_ file: String) async throws {
        try await eventually("\(file) is made", within: .seconds(60)) { File.exists(Path.join(gate, file)) }
    }

    func open(_ file: String) throws {
        try File.writeAtomically([], to: Path.join(gate, file), mode: 0o644, sync: false)
    }

    // MARK: services

    func status(_ unit: String = "foqus-worker") async throws -> String {
        try await machine.property("StatusText", of: unit)
    }

    func log(_ unit: String = "foqus-worker") async throws -> String {
        try await machine.succeeding("journalctl", "--sync")
        return try await machine.succeeding("journalctl", "--no-pager", "-q", "-o", "cat", "-u", unit)
    }

    func untilRestarted(_ unit: String = "foqus-worker", times: Int = 1) async throws {
        try await eventually("\(unit) is started again", within: .seconds(60)) {
            let restarts = try await machine.property("NRestarts", of: unit)
            let state = try await machine.property("ActiveState", of: unit)
            return (Int(restarts) ?? 0) >= times && state == "active"
        }
    }

    /// The units of jobs.
    func scopes() async throws -> [String] {
        try await machine.succeeding(
            "systemctl", "list-units", "--all", "--plain", "--no-legend", "foqus-job-*.scope"
        ).split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
    }
}
