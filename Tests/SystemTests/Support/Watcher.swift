import AWSPeers
import FileKit
import JSONKit
import ProcessKit
import TestSupport

/// What one program tells who watches it: see watch.py.
struct Watched: Sendable {
    let json: JSON

    /// By name and labels in order: `foqus_worker_jobs_total{outcome=success}`; nil when there is no such sample.
    func sample(_ name: String) -> Double? {
        json["samples"]?[name.hasSuffix("}") ? name : name + "{}"]?.doubleValue
    }

    /// The kind of each family.
    var families: [String: String] {
        var families: [String: String] = [:]
        for (name, kind) in json["families"]?.objectValue ?? [:] { families[name] = kind.stringValue }
        return families
    }

    /// `code` and `body` of `healthz`, `readyz` or `status`.
    subscript(path: String) -> JSON? { json[path] }
}

/// Looks at programs as Prometheus does.
enum Watcher {
    /// - Parameter places: addresses with ports, or paths of sockets.
    static func scrape(_ places: String...) async throws -> [String: Watched] {
        let answer = try JSON.parse(Array(try await run(["scrape"] + places).utf8))
        var watched: [String: Watched] = [:]
        for (place, json) in answer.objectValue ?? [:] { watched[place] = Watched(json: json) }
        return watched
    }

    /// The names of metrics in files of packaging/monitoring.
    static func names(_ files: String...) async throws -> [String: [String]] {
        let answer = try JSON.parse(Array(try await run(["names"] + files.map(delivered)).utf8))
        var names: [String: [String]] = [:]
        for (file, found) in answer.objectValue ?? [:] { names[file] = found.arrayValue?.compactMap(\.stringValue) }
        return names
    }

    /// A file of recording rules, with each expression of the dashboard.
    static func expressionsOfDashboard() async throws -> String {
        try await run(["expressions", delivered("foqus-dashboard.json")])
    }

    /// The tool that comes with Prometheus.
    static func promtool() throws -> String {
        let path =
            Installation.variable("FOQUS_PROMTOOL") ?? Path.join(Installation.root, ".build/promtool/usr/bin/promtool")
        guard File.exists(path) else {
            throw TestSupportError("\(path) is missing: run script/test system, which fetches it")
        }
        return path
    }

    private static func delivered(_ file: String) -> String {
        Path.join(Installation.root, "packaging/monitoring", file)
    }

    private static func run(_ arguments: [String]) async throws -> String {
        let script = Path.join(Path.parent(#filePath), "watch.py")
        let end = try await FinishedCommand.run(
            Command(
                try PeerEnvironment.python(), [script] + arguments, environment: Machinery.environment, directory: "/"))
        guard end.status == 0 else { throw TestSupportError("watch.py \(arguments): \(end)") }
        return end.output
    }
}
