import EventLoop
import JSONKit
import ProcessKit
import TestSupport

/// The program that runs the peers and the boto3 scripts, one for the test process. It ends with its input, which is
/// when this process ends, in whatever way; then it kills the peers and removes their files.
actor PeerHost {
    private static let shared = Task { try await PeerHost() }

    private let process: RunningProcess
    private var waiting: [Int: CheckedContinuation<JSON, any Error>] = [:]
    private var lastNumber = 0
    private var hasEnded = false

    private init() async throws {
        let environment = [
            "PATH": PeerEnvironment.variable("PATH") ?? "/usr/bin:/bin", "LANG": "C.UTF-8",
            "HOME": PeerEnvironment.variable("HOME") ?? "/", "TMPDIR": PeerEnvironment.variable("TMPDIR") ?? "/tmp",
            // What the machine's user has set up for AWS is none of the tests' business.
            "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true", "PYTHONDONTWRITEBYTECODE": "1",
        ]
        var command = Command(try PeerEnvironment.python(), [PeerEnvironment.host], environment: environment)
        command.stdin = .pipe
        command.stdout = .pipe
        command.stderr = .inherit
        // It has the peers to end before it ends.
        command.diesWithParent = false
        process = try await ProcessSupervisor(loop: sharedEventLoop).spawn(command)
        Task { await self.read() }
    }

    /// What the host answers to a request.
    static func ask(_ request: JSONObject) async throws -> JSON { try await shared.value.send(request) }

    private func send(_ request: JSONObject) async throws -> JSON {
        guard !hasEnded else { throw Self.ended }
        lastNumber += 1
        let number = lastNumber
        var request = request
        request["id"] = .int(Int64(number))
        let line = JSON.object(request).serialized() + [UInt8(ascii: "\n")]
        let answer = try await withCheckedThrowingContinuation { continuation in
            waiting[number] = continuation
            Task { await self.write(line, number) }
        }
        if let error = answer["error"]?.stringValue { throw TestSupportError(error) }
        return answer["value"] ?? .null
    }

    private func write(_ line: [UInt8], _ number: Int) async {
        do { try await process.input.write(line) } catch {
            waiting.removeValue(forKey: number)?.resume(throwing: Self.ended)
        }
    }

    private func read() async {
        while let line = try? await process.lines.next() {
            guard let answer = try? JSON.parse(line), let number = answer["id"]?.intValue else { continue }
            waiting.removeValue(forKey: number)?.resume(returning: answer)
        }
        hasEnded = true
        for continuation in waiting.values { continuation.resume(throwing: Self.ended) }
        waiting = [:]
    }

    private static let ended = TestSupportError("the AWS peers' host has ended; its last words are on standard error")
}
