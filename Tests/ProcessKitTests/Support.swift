import EventLoop
import Glibc
import ProcessKit
import Testing

/// A supervisor on a loop of its own, and a directory; all gone afterwards.
func withSupervisor<Result>(
    _ body: (_ supervisor: ProcessSupervisor, _ directory: String) async throws -> Result
) async throws -> Result {
    let loop = EventLoop.start(name: "process-test")
    let supervisor = ProcessSupervisor(loop: loop)
    var template = Array("/tmp/process-kit-XXXXXX".utf8CString)
    _ = mkdtemp(&template)
    let directory = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    do {
        let result = try await body(supervisor, directory)
        await cleanUp(loop, supervisor, directory)
        return result
    } catch {
        await cleanUp(loop, supervisor, directory)
        throw error
    }
}

private func cleanUp(_ loop: EventLoop, _ supervisor: ProcessSupervisor, _ directory: String) async {
    await supervisor.stopAll(grace: .zero)
    _ = try? await supervisor.run(Command("/bin/rm", ["-rf", directory]))
    loop.stop()
}

let standardEnvironment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]

/// A script of /bin/sh, with the standard PATH.
func shell(_ script: String, _ change: (inout Command) -> Void = { _ in }) -> Command {
    var command = Command("/bin/sh", ["-c", script], environment: standardEnvironment)
    change(&command)
    return command
}

extension CapturedOutput {
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension LineReader {
    func nextText() async throws -> String? { try await next().map { String(decoding: $0, as: UTF8.self) } }
}

func contents(of path: String) -> String? {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = read(fd, &buffer, buffer.count)
        guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
        bytes += buffer[..<count]
    }
}

/// Whether a process with this number exists, be it a zombie.
func exists(_ pid: Int32) -> Bool { kill(pid, 0) == 0 }
