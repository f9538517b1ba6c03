import EventLoop
import FileKit
import ProcessKit
import SystemdKit
import TestSupport

/// A message bus of a test's own.
struct PrivateBus: Sendable {
    static let loop = EventLoop.start(name: "bus-tests")
    private static let supervisor = ProcessSupervisor(loop: loop)

    let address: String
    private let daemon: RunningProcess

    var bus: BusConnection.Address { .bus(address) }

    static func with(_ body: (PrivateBus) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let bus = try await PrivateBus(directory)
            do { try await body(bus) } catch {
                await bus.kill()
                throw error
            }
            await bus.kill()
        }
    }

    private init(_ directory: String) async throws {
        let socket = directory + "/bus"
        let configuration = directory + "/bus.conf"
        try File.writeAtomically(
            Array(
                """
                <busconfig>
                  <listen>unix:path=\(socket)</listen>
                  <policy context="default">
                    <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>
                    <deny send_interface="org.freedesktop.DBus" send_member="ListNames"/>
                  </policy>
                </busconfig>
                """.utf8), to: configuration)
        var command = Command(
            "/usr/bin/dbus-daemon", ["--config-file=\(configuration)", "--nofork", "--nopidfile", "--print-address"])
        command.stdout = .pipe
        daemon = try await Self.supervisor.spawn(command)
        // It prints when it listens.
        guard try await daemon.lines.next() != nil else { throw TestSupportError("dbus-daemon did not start") }
        address = "unix:path=\(socket)"
    }

    func kill() async { await daemon.kill() }
}
