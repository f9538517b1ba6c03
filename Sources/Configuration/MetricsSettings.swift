import FileKit
import Settings

/// `[metrics]`: how programs are watched.
public struct MetricsSettings: Sendable {
    /// Where a program answers to who watches it.
    public enum Listen: Sendable, Hashable {
        case off
        case tcp(address: String, port: UInt16)
        case unix(path: String)
    }

    /// The worker's.
    public let listen: Listen
    /// Whether somebody chose `listen`: then it must be had.
    public let isListenChosen: Bool
    /// The gateway's.
    public let gatewayListen: Listen
    public let isGatewayListenChosen: Bool
    /// A file that the worker writes its metrics to; nil for none.
    public let textfile: String?
    /// The metrics in that file, by name; empty for all.
    public let counters: [String]
    let problems: [SettingsError.Problem]

    init(_ reader: SettingsReader, store: StoreSettings, worker: WorkerSettings) {
        var problems: [SettingsError.Problem] = []
        func listen(_ key: String, _ standard: String) -> Listen {
            let text = reader.string("metrics", key, default: standard)
            if text == "off" { return .off }
            if text.hasPrefix("/") { return .unix(path: text) }
            if let (address, port) = Endpoint.parse(text) { return .tcp(address: address, port: port) }
            problems.append(
                SettingsError.Problem(
                    code: .badValue,
                    description:
                        "[metrics] \(key) = \"\(text)\": expected ADDRESS:PORT, such as 127.0.0.1:9464, the path "
                        + "of a Unix socket, or off"))
            return .off
        }
        self.listen = listen("listen", Path.join(worker.stateDirectory, "metrics.sock"))
        isListenChosen = reader.isSet("metrics", "listen")
        gatewayListen = listen("gateway_listen", Path.join(store.directory, "gateway-metrics.sock"))
        isGatewayListenChosen = reader.isSet("metrics", "gateway_listen")
        textfile = reader.optionalPath("metrics", "textfile")
        counters = reader.list("metrics", "counters", default: [])
        self.problems = problems
    }
}
