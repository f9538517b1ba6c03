import EventLoop
import Glibc
import ProcessKit
import Testing

/// Nothing is left behind. In a program of its own, as other tests open descriptors and start processes meanwhile.
@Suite(.timeLimit(.minutes(1))) struct LeakTests {
    private static func entries(of path: String) -> Int {
        guard let directory = opendir(path) else { return -1 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        return count
    }

    private static func childCount() -> Int {
        guard let directory = opendir("/proc/self/task") else { return -1 }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            let thread = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            count += contents(of: "/proc/self/task/\(thread)/children")?.split(separator: " ").count ?? 0
        }
        return count
    }

    @Test func fiveHundredProgramsLeaveNoDescriptorAndNoZombie() async throws {
        await #expect(processExitsWith: .success) {
            try await withSupervisor { supervisor, directory in
                _ = try await supervisor.run(shell("exit 0"))
                let before = Self.entries(of: "/proc/self/fd")
                let full = shell("echo $0; cat; (setsid sleep 1000 &)") {
                    $0.stdin = .file("/dev/null")
                    $0.stdout = .capture(limit: 10)
                    $0.stderr = .file(directory + "/err", limit: 10)
                    $0.cookie = "leak-\(getpid())"
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<250 {
                        group.addTask { _ = try await supervisor.run(Command("/bin/true")) }
                    }
                    for _ in 0..<50 { group.addTask { _ = try? await supervisor.run(Command("/no/program")) } }
                    for _ in 0..<100 { group.addTask { _ = try await supervisor.run(full) } }
                    try await group.waitForAll()
                }
                for _ in 0..<100 {
                    let command = shell("cat") {
                        $0.stdin = .pipe
                        $0.stdout = .pipe
                        $0.stderr = .pipe
                    }
                    let process = try await supervisor.spawn(command)
                    await process.kill()
                }
                precondition(Self.entries(of: "/proc/self/fd") == before, "descriptors were left open")
                precondition(Self.childCount() == 0, "children were left")
            }
        }
    }
}
