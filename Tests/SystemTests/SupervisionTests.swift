import FOQUSModel
import FileKit
import Glibc
import JSONKit
import ProcessKit
import TestSupport
import Testing

/// What a service manager sees of the daemons.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SupervisionTests {
    /// Who starts the daemons.
    enum Manager: Sendable, CustomTestStringConvertible {
        /// This test, by the protocol of sd_notify(3).
        case test
        /// A systemd in namespaces of its own, which the tool at `machine` boots.
        case systemd(machine: String)

        var testDescription: String {
            switch self {
            case .test: "test"
            case .systemd: "systemd"
            }
        }

        static let available: [Manager] =
            [.test]
            + (geteuid() == 0 ? Installation.shared("tools/in-systemd").map { [.systemd(machine: $0)] } ?? [] : [])
    }

    /// They tell when they are ready, come back after kill -9, and let a job end before they stop.
    @Test(arguments: Manager.available)
    func daemonsAreGoodServices(manager: Manager) async throws {
        switch manager {
        case .test: try await superviseHere()
        case .systemd(let machine): try await supervise(by: machine)
        }
    }

    private func superviseHere() async throws {
        try await Deployment.with { deployment in
            let gateway = try await deployment.startGateway()
            try await gateway.untilSaying("STATUS=serving \(deployment.gatewayURL)")
            let worker = try await deployment.startWorker()
            try await worker.untilSaying("STATUS=polling for jobs")
            await worker.crash()
            let next = try await deployment.startWorker()
            next.signal(SIGTERM)
            try await next.untilSaying("STATUS=draining")
            #expect(await next.exit() == .exited(0))
            try await gateway.stop()
        }
    }

    /// With the unit files as they are delivered: the programs are where these expect them, in the machine only.
    private func supervise(by machine: String) async throws {
        let programs = try ["foqus-worker", "foqus-gateway", "foqusctl"].map(Installation.program)
        let script = Path.join(Path.parent(#filePath), "Support/services.sh")
        var command = Command(
            machine, ["--", "bash", script, Path.join(Installation.root, "systemd")] + programs,
            environment: Machinery.environment)
        command.environment["HOME"] = "/root"
        let end = try await FinishedCommand.run(command)
        #expect(end.status == 0, "\(end)")
    }
}
