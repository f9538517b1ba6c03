import FileKit
import Settings

/// `[metrics]`: how programs are watched.
public struct MetricsSettings: Sendable {
    /// Where a program answers to who watches it.
    public enum Listen: Sendable, Hashable, CustomStringConvertible {
        case off
        case tcp(address: String, port: UInt16)
        case unix(path: String)

        public var description: String {
            switch self {
            case .off: "off"
            case .tcp(let address, let port): address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
            case .unix(let path): path
            }
        }
    }

    /// A place, and who wants it.
    public struct Place: Sendable, Hashable {
        public let place: Listen
        /// Whether somebody chose it: then it must be had.
        public let isChosen: Bool
        /// `[metrics] listen`.
        public let setting: String

        public init(_ place: Listen, isChosen: Bool, setting: String) {
            self.place = place
            self.isChosen = isChosen
            self.setting = setting
        }
    }

    /// The worker's.
    public let listen: Place
    /// The gateway's.
    public let gatewayListen: Place
    /// A file that the worker writes its metrics to; nil for none.
    public let textfile: String?
    /// The metrics in that file, by name; empty for all.
    public let counters: [String]
    let problems: [SettingsError.Problem]

    init(_ reader: SettingsReader, store: StoreSettings, worker: WorkerSettings) {
        var problems: [SettingsError.Problem] = []
        func place(_ key: String, _ standard: String) -> Listen {
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
        func choose(_ key: String, _ standard: String) -> Place {
            Place(place(key, standard), isChosen: reader.isSet("metrics", key), setting: "[metrics] \(key)")
        }
        listen = choose("listen", Path.join(worker.stateDirectory, "metrics.sock"))
        gatewayListen = choose("gateway_listen", Path.join(store.directory, "gateway-metrics.sock"))
        let file = reader.string("metrics", "textfile", default: "")
        textfile = file.isEmpty ? nil : file
        if !file.isEmpty && !file.hasPrefix("/") {
            problems.append(
                SettingsError.Problem(
                    code: .badValue, description: "[metrics] textfile = \"\(file)\": expected an absolute path"))
        }
        counters = reader.list("metrics", "counters", default: [])
        self.problems = problems
    }
}
