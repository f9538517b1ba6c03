import Configuration
import EventLoop
import FileKit
import Glibc
import HTTPClient
import JSONKit
import Settings
import SystemdKit

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
        let settings = try FOQUSSettings.load(file: file, environment: state.environment, commandLine: overrides)
        return settings.metrics.listen.place
    }

    /// - Throws: `Failure`, also when there is no answer within some seconds.
    static func status(at place: MetricsSettings.Listen, loop: EventLoop) async throws(Failure) -> JSON {
        var options = HTTPClient.Options(usesProxies: false)
        let host: String
        switch place {
        case .off: throw Failure(description: "[metrics] listen = off")
        case .unix(let path): (host, options.unixSocket) = ("localhost", path)
        case .tcp: host = "\(place)"
        }
        let request = ClientRequest(url: "http://\(host)/status", timeout: .seconds(3), responseLimit: 1 << 20)
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await HTTPClient(loop: loop, options: options).send(request)
        } catch {
            switch error.code {
            case .couldNotConnect(let code) where code != 0: throw Failure(description: String(cString: strerror(code)))
            case .timedOut: throw Failure(description: "it does not answer")
            default: throw Failure(description: error.description)
            }
        }
        guard response.status == 200 else { throw Failure(description: "it does not answer as a worker does") }
        do throws(JSONError) { return try JSON.parse(response.body) } catch {
            throw Failure(description: "its answer is no JSON: \(error)")
        }
    }
}
