import FileKit
import Settings

/// Performance counters that are written to a file, for the textfile collector of Prometheus' node-exporter.
///
///     [metrics]
///     textfile = /var/lib/prometheus/node-exporter/foqus.prom
///     counters = foqus_worker_jobs_total, foqus_worker_slots_busy
struct CounterExport: Hashable, Sendable {
    /// Nil: the worker's setting stands.
    let textfile: String?
    /// Empty for all.
    let names: [String]

    init(textfile: String?, names: [String]) {
        self.textfile = textfile
        self.names = names
    }

    /// Reads what `--perfmonini` names.
    init(iniFile path: String) throws(ServiceError) {
        let file: SettingsFile
        do throws(SettingsError) { file = try SettingsFile.parse(path: path) } catch {
            throw ServiceError(.other("--perfmonini: \(error)."))
        }
        var values: [String: String] = [:]
        for setting in file.settings {
            guard setting.section == "metrics", ["textfile", "counters"].contains(setting.key) else {
                throw Self.problem(
                    "\(setting.origin): [\(setting.section)] \(setting.key) means nothing here")
            }
            values[setting.key] = setting.value
        }
        let names = Self.list(values["counters"] ?? "")
        if let name = names.first(where: { !Self.isMetricName($0) }) {
            throw Self.problem("\(path): \"\(name)\" is no name of a counter, such as foqus_worker_jobs_total")
        }
        let textfile = values["textfile"]
        if let textfile, !textfile.hasPrefix("/") || !textfile.hasSuffix(".prom") {
            // node-exporter reads no other files.
            throw Self.problem("\(path): textfile = \(textfile) is no absolute path that ends in .prom")
        }
        guard textfile != nil || !names.isEmpty else { throw Self.problem("\(path) names neither counters nor a file") }
        self.init(textfile: textfile, names: names)
    }

    /// For the unit's `[Service]` section.
    var assignments: [String] {
        var lines: [String] = []
        if let textfile {
            lines.append("Environment=" + UnitQuoting.assignment("FOQUS_METRICS_TEXTFILE", textfile))
            // The rest of the system is read-only for the service. It is replaced, so its folder must be writable.
            lines.append("ReadWritePaths=" + UnitQuoting.word("-" + Path.parent(textfile)))
        }
        if !names.isEmpty {
            lines.append(
                "Environment=" + UnitQuoting.assignment("FOQUS_METRICS_COUNTERS", names.joined(separator: ",")))
        }
        return lines
    }

    static func list(_ text: String) -> [String] {
        text.split { $0 == "," || $0 == " " || $0 == "\t" }.map(String.init)
    }

    /// As Prometheus has them.
    private static func isMetricName(_ name: String) -> Bool {
        name.first?.isNumber == false
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
    }

    private static func problem(_ text: String) -> ServiceError {
        ServiceError(
            .other("--perfmonini: \(text)."),
            hint: "It is an ini file: [metrics], textfile = /PATH/NAME.prom, counters = NAME, NAME.")
    }
}
