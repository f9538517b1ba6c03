import Configuration
import FileKit
import Glibc
import JSONKit
import Settings
import SystemdKit
import Threading

/// Asks a running worker how it is: `GET /status` where `[metrics] listen` says.
enum WorkerEndpoint {
    enum Place: Hashable, Sendable {
        case unix(path: String)
        case tcp(address: String, port: UInt16)
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Where the worker of a unit listens, by the settings that its command and variables name.
    static func place(_ state: UnitState) throws -> Place {
        let words = UnitCommand.words(state.service) ?? []
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
        return .unix(path: Path.join(settings.worker.stateDirectory, "metrics.sock"))
    }

    /// - Throws: `Failure`, also when there is no answer within some seconds.
    static func status(at place: Place) async throws -> JSON {
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
    private static func get(_ path: String, at place: Place) throws(Failure) -> [UInt8] {
        let descriptor = try connect(place)
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

    private static func connect(_ place: Place) throws(Failure) -> CInt {
        let family = if case .unix = place { AF_UNIX } else { AF_INET }
        let isV6 = if case .tcp(let address, _) = place { address.contains(":") } else { false }
        let descriptor = socket(isV6 ? AF_INET6 : family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure() }
        var limit = timeval(tv_sec: 3, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        let code =
            switch place {
            case .unix(let path): connect(descriptor, unix: path)
            case .tcp(let address, let port):
                isV6 ? connect(descriptor, v6: address, port) : connect(descriptor, v4: address, port)
            }
        guard code == 0 else {
            let failure = failure()
            close(descriptor)
            throw failure
        }
        return descriptor
    }

    private static func connect(_ descriptor: CInt, unix path: String) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        return connect(descriptor, &address, MemoryLayout<sockaddr_un>.size)
    }

    private static func connect(_ descriptor: CInt, v4 text: String, _ port: UInt16) -> CInt {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, text, &address.sin_addr)
        return connect(descriptor, &address, MemoryLayout<sockaddr_in>.size)
    }

    private static func connect(_ descriptor: CInt, v6 text: String, _ port: UInt16) -> CInt {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        inet_pton(AF_INET6, text, &address.sin6_addr)
        return connect(descriptor, &address, MemoryLayout<sockaddr_in6>.size)
    }

    private static func connect(_ descriptor: CInt, _ address: UnsafeRawPointer, _ size: Int) -> CInt {
        Glibc.connect(descriptor, address.assumingMemoryBound(to: sockaddr.self), socklen_t(size))
    }

    private static func failure() -> Failure {
        Failure(description: errno == EAGAIN ? "it does not answer" : String(cString: strerror(errno)))
    }
}
