import FileKit
import Glibc
import Testing

@testable import ProcessKit

/// What is read of control groups, of both versions, from trees that look like theirs.
@Suite struct ControlGroupTests {
    private func withTree(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/control-group-XXXXXX".utf8CString)
        _ = mkdtemp(&template)
        let root = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        defer { try? Directory.removeTree(root) }
        try body(root)
    }

    private func write(_ text: String, to path: String) throws {
        try Directory.create(Path.parent(path), mode: 0o755)
        try File.writeAtomically(Array(text.utf8), to: path, mode: 0o644, sync: false)
    }

    @Test func versionTwo() throws {
        try withTree { root in
            let path = "/foqus.slice/foqus-jobs.slice/foqus-job-1.scope"
            try write("12\n13\n", to: root + path + "/cgroup.procs")
            try write(
                "low 0\nhigh 0\nmax 31\noom 2\noom_kill 1\noom_group_kill 0\n", to: root + path + "/memory.events")
            try write("max 4\n", to: root + path + "/pids.events")
            try write("cpu memory pids\n", to: root + "/cgroup.controllers")
            // The kernel has a hierarchy of version 1 too, but not here.
            let group = try #require(ControlGroup(table: "1:name=systemd:/else\n0::\(path)\n", root: root))
            #expect(group.name == "foqus-job-1.scope")
            #expect(group.path == path)
            #expect(group.limitsMemory)
            #expect(group.incidents() == .init(memoryKills: 1, refusedTasks: 4))
            try Directory.removeTree(root + "/foqus.slice")
            #expect(group.incidents() == nil)
            #expect(!group.limitsMemory)
        }
    }

    @Test func versionOneBesideTwo() throws {
        try withTree { root in
            let path = "/system.slice/foqus-job-1.scope"
            try write("12\n", to: root + "/systemd\(path)/cgroup.procs")
            try write("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n", to: root + "/memory\(path)/memory.oom_control")
            try write("max 0\n", to: root + "/pids\(path)/pids.events")
            let table = "9:name=systemd:\(path)\n8:pids:\(path)\n4:memory:\(path)\n2:cpu,cpuacct:/\n0::\(path)\n"
            let group = try #require(ControlGroup(table: table, root: root))
            #expect(group.limitsMemory)
            #expect(group.incidents() == .init(memoryKills: 3, refusedTasks: 0))
            // A service manager of a user has no part in the controllers of version 1.
            let users = try #require(
                ControlGroup(table: table.replacing("4:memory:\(path)", with: "4:memory:/"), root: root))
            #expect(!users.limitsMemory)
            #expect(users.incidents() == .init(memoryKills: 0, refusedTasks: 0))
        }
    }

    @Test func nothingIsMadeOfNothing() {
        #expect(ControlGroup(table: "", root: "/nowhere") == nil)
        #expect(ControlGroup(of: 0) == nil)
    }
}

/// Programs that are held until they are let go.
@Suite(.timeLimit(.minutes(1))) struct HeldProgramTests {
    @Test func beginsOnlyWhenReleased() async throws {
        try await withSupervisor { supervisor, directory in
            var command = shell("echo began >\(directory)/began; echo $FOQUS_ATTEMPT_ID")
            command.isHeld = true
            command.cookie = "held"
            command.stdout = .capture(limit: 100)
            let process = try await supervisor.spawn(command)
            // It is a process already, but not yet its program.
            #expect(contents(of: "/proc/\(process.pid)/comm") != "sh\n")
            #expect(contents(of: "\(directory)/began") == nil)
            try await process.release()
            let result = await process.result()
            #expect(result.status.isSuccess)
            #expect(result.stdout.text == "held\n")
            #expect(result.group == nil)
            #expect(contents(of: "\(directory)/began") == "began\n")
        }
    }

    @Test func isKilledWhileHeld() async throws {
        try await withSupervisor { supervisor, _ in
            var command = shell("exit 0")
            command.isHeld = true
            let process = try await supervisor.spawn(command)
            #expect(await process.kill() == .signaled(SIGKILL))
            try await process.release()
        }
    }

    @Test func aProgramThatIsNoneFailsAtItsRelease() async throws {
        try await withSupervisor { supervisor, _ in
            var command = Command("/etc/passwd")
            command.isHeld = true
            let process = try await supervisor.spawn(command)
            let error = await #expect(throws: SpawnError.self) { try await process.release() }
            #expect(error?.step == .program)
            #expect(error?.code == EACCES)
            #expect(await process.wait() == .exited(127))
        }
    }

    @Test func aFolderThatIsMissingFailsAtItsRelease() async throws {
        try await withSupervisor { supervisor, directory in
            var command = shell("exit 0") { $0.directory = "\(directory)/missing" }
            command.isHeld = true
            let process = try await supervisor.spawn(command)
            let error = await #expect(throws: SpawnError.self) { try await process.release() }
            #expect(error?.step == .directory)
            _ = await process.wait()
        }
    }

    @Test func nothingIsLeftOfIt() async throws {
        try await withSupervisor { supervisor, _ in
            func descriptors() throws -> Int { try Directory.list("/proc/self/fd").count }
            var command = shell("exit 0")
            command.isHeld = true
            func once(_ released: Bool) async throws {
                let process = try await supervisor.spawn(command)
                if released { try await process.release() }
                await process.kill()
            }
            try await once(true)
            let before = try descriptors()
            for number in 0..<300 { try await once(number % 2 == 0) }
            // Other tests of this process open and close theirs meanwhile; one left of each of ours would be more.
            #expect(try descriptors() < before + 200)
        }
    }
}
