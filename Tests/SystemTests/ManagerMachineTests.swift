import EventLoop
import SystemdKit
import TestSupport
import Testing

/// The kit for systemd's manager, on the manager of a machine: its socket can be reached from here.
@Suite(.serialized, .needsMachine, .timeLimit(.minutes(3)))
struct ManagerMachineTests {
    @Test func jobsAreAwaitedAndPropertiesRead() async throws {
        try await Machine.with { machine in
            try await machine.write(
                "[Service]\nType=exec\nExecStart=sleep infinity\n", to: "/etc/systemd/system/nap.service")
            try await machine.write(
                "[Service]\nExecStart=false\nType=oneshot\n", to: "/etc/systemd/system/bad.service")
            let manager = try await machine.manager()
            try await manager.reloadFiles()
            #expect(try await manager.fileState(of: "nap.service") == "static")
            #expect(try await manager.fileState(of: "none.service") == nil)
            #expect(try await manager.start("nap.service") == .done)
            let state = try await manager.property("ActiveState", of: "nap.service")
            #expect(state == .string("active"))
            #expect(try await manager.start("bad.service") == .failed)
            let properties = try await manager.properties(of: "bad.service")
            #expect(properties["ActiveState"] == .string("failed"))
            try await manager.resetFailed("bad.service")
            #expect(try await manager.stop("nap.service") == .done)
            #expect(try await manager.property("ActiveState", of: "none.service") == nil)
            let missing = await #expect(throws: BusError.self) { try await manager.start("none.service") }
            #expect(missing?.isNoSuchUnit == true)
            manager.close()
        }
    }

    @Test func manyJobsAtATimeEndEachWithItsOwnResult() async throws {
        try await Machine.with { machine in
            let manager = try await machine.manager()
            let results = try await withThrowingTaskGroup(of: (Int, UnitJobResult).self) { group in
                for number in 0..<40 {
                    let program = number.isMultiple(of: 2) ? "/bin/true" : "/bin/false"
                    let start = BusValue.array(
                        of: "(sasb)",
                        [.structure([.string(program), .strings([program]), .bool(false)])])
                    group.addTask {
                        let result = try await manager.startTransient(
                            "try-\(number).service", properties: [("Type", .string("oneshot")), ("ExecStart", start)])
                        return (number, result)
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(results.count == 40)
            #expect(results.allSatisfy { $0.value == ($0.key.isMultiple(of: 2) ? .done : .failed) })
            manager.close()
        }
    }

    @Test func aRebootKeepsFiles() async throws {
        try await Machine.with { machine in
            try await machine.write("x", to: "/etc/kept")
            try await machine.reboot()
            #expect(try await machine.succeeding("cat", "/etc/kept") == "x")
            let boots = try await machine.succeeding("journalctl", "--list-boots", "-o", "json")
            #expect(boots.split(separator: "boot_id").count == 3)
        }
    }
}
