import FOQUSModel
import FileKit
import Glibc
import JSONKit
import ProcessKit
import TestSupport
import Testing

/// A worker whose state directory has no space left: jobs wait for some, the worker does not fall.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FullDiskTests {
    /// What the disk holds, in KiB: enough for the worker to start, and for a FOQUS runner.
    private static let size = 4096

    enum Kind: CaseIterable { case command, foqus }

    @Test(arguments: Kind.allCases)
    func jobsRunOnceThereIsSpaceAgain(kind: Kind) async throws {
        try await Deployment.with(TestSettings(slots: 1)) { deployment in
            try await deployment.startGateway()
            let worker = try await deployment.start("worker", try onDiskOfItsOwn(deployment))
            try await worker.untilReady()
            // The disk is in the worker's view of the file system only; it ends with the worker.
            let disk = "/proc/\(worker.pid)/root" + Path.join(deployment.directory, "state")
            let simulation = "\(kind)"
            if kind == .command { try await deployment.uploadScript("echo '{}'\n", as: simulation) }
            if kind == .foqus {
                try await deployment.upload(Installation.example("simple/session.foqus"), as: simulation)
            }

            let ballast = Path.join(disk, "ballast")
            try fill(ballast)
            let session = try await deployment.submit(
                simulation, application: kind == .command ? "script" : "foqus", [[:], [:], [:]])
            try await eventually("the worker tells of the full disk", within: .seconds(60)) {
                worker.log.contains("No space left") || worker.log.contains("full")
            }
            #expect(try await session.summary().finished == 0)

            try File.remove(ballast)
            try await session.untilFinished()
            #expect(try await session.states() == [.success, .success, .success])
            let told = try await deployment.finalNotifications()
            #expect(told.count == 3 && told.values.allSatisfy { $0 == [.success] })
            try await worker.stop()
        }
    }

    /// A worker with a small file system of its own as state directory. Needs root, or leave to make user namespaces.
    private func onDiskOfItsOwn(_ deployment: Deployment) throws -> Command {
        let state = Path.join(deployment.directory, "state")
        try Directory.create(state)
        var command = deployment.command(
            try Installation.program("foqus-worker"), "run", ["worker.lease": "60s", "worker.retry_delay": "500ms"])
        let mount = "mount -t tmpfs -o size=\(Self.size)k none '\(state)' && exec \"$0\" \"$@\""
        command.arguments = [geteuid() == 0 ? "-m" : "-rm", "sh", "-c", mount, command.path] + command.arguments
        command.path = "unshare"
        return command
    }

    /// To the last byte.
    private func fill(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Machinery.failure("open \(path)") }
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0, count: 4096)
        while write(descriptor, block, block.count) > 0 {}
        guard errno == ENOSPC else { throw Machinery.failure("write \(path)") }
    }
}
