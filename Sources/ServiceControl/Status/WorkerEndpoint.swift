import Configuration
import FileKit
import Glibc
import JSONKit
import Settings
import SystemdKit
import Threading

/// Asks a running worker how it is: `GET /status` where `[metrics] listen` says.
enum WorkerEndpoint {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Where the worker of a unit listens, by the settings that its command and variables name.
    static func place(_ state: UnitState) throws -> MetricsSettings.Listen {
        // The running command, which may have had arguments of its own, else that of the unit.
        let running = state.number("MainPID").flatMap { try? File.read("/proc/\($0)/cmdline", limit: 1 << 20) } ?? []
        let words =
            running.isEmpty
            ? UnitCommand.words(state.service) ?? []
            : running.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        var file: String?
        var overrides: [Setting] = []
        for (option, value) in zip(words, words.dropFirst()) {
            if option == "--settings" { file = value }
            if option == "--set", let setting = try? CommonOptions.setting(value) { overrides.append(setting) }
        }
        var environment: [String: String] = [:]
        for assignment in state.service["Environment"]?.stringsValue ?? [] {
            guard let equals = assignment.firstIndex(of: "=") else { continue }
            environment[String(assignment[..<equals])] = String(assignment[assignment.index(after: equals)...])
        }
        let settings = try FOQUSSettings.load(file: file, environment: environment, commandLine: overrides)
        return settings.metrics.listen.place
    }

    /// - Throws: `Failure`, also when there is no answer within some seconds.
    static func status(at place: MetricsSettings.Listen) async throws -> JSON {
        try await BlockingPool(name: "status", limit: 1, idleSeconds: 1).run { () throws(Failure) in
            let answer = try get("/status", at: place)
            guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)),
                answer.starts(with: Array("HTTP/1.1 200".utf8)) || answer.starts(with: Array("HTTP/1.0 200".utf8))
            else { throw Failure(description: "it does not answer as a worker does") }
            do throws(JSONError) {
                return try JSON.parse(answer[end.upperBound...])
            } catch {
                throw Failure(description: "its answer is no JSON: \(error)")
            }
        }
    }

    /// All bytes of the answer. Blocks.
    private static func get(_ path: String, at place: MetricsSettings.Listen) throws(Failure) -> [UInt8] {
        guard place != .off else { throw Failure(description: "[metrics] listen = off") }
        let descriptor = LocalSocket.connect(place, seconds: 3)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, CInt(MSG_NOSIGNAL)) == request.count else { throw failure() }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while answer.count < 1 << 20 {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return answer }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure()
            }
            answer += buffer[..<count]
        }
        throw Failure(description: "its answer has no end")
    }

    private static func failure() -> Failure {
        Failure(description: errno == EAGAIN ? "it does not answer" : String(cString: strerror(errno)))
    }
}
