/// How metrics are written.
public enum ExpositionFormat: Sendable {
    /// OpenMetrics 1.0 (https://github.com/prometheus/OpenMetrics, specification/OpenMetrics.md).
    case openMetrics
    /// The older text format of Prometheus, 0.0.4, which textfile collectors read.
    case prometheusText

    public var contentType: String {
        switch self {
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .prometheusText: "text/plain; version=0.0.4; charset=utf-8"
        }
    }

    /// What fits a request's `Accept` best: the older format only for who takes no other.
    public init(accept: String?) {
        let accept = accept?.lowercased() ?? ""
        let isOld = accept.contains("text/plain") && !accept.contains("openmetrics") && !accept.contains("*/*")
        self = isOld ? .prometheusText : .openMetrics
    }
}

/// Writes families one after the other.
struct ExpositionWriter {
    private let format: ExpositionFormat
    private var text = ""

    init(_ format: ExpositionFormat) { self.format = format }

    /// The lines that introduce a family.
    mutating func begin(_ description: MetricDescription) {
        let name: String
        let kind: String
        switch format {
        case .openMetrics: (name, kind) = (description.name, description.kind.rawValue)
        case .prometheusText:
            // There a family is called as its samples are, and information is a gauge.
            name = description.name + Self.suffix(of: description.kind)
            kind = description.kind == .info ? "gauge" : description.kind.rawValue
        }
        text += "# TYPE \(name) \(kind)\n"
        if format == .openMetrics, let unit = description.unit { text += "# UNIT \(name) \(unit.rawValue)\n" }
        text += "# HELP \(name) \(Self.escaped(description.help, quotes: format == .openMetrics))\n"
    }

    mutating func sample(_ description: MetricDescription, _ values: [String], _ value: Double) {
        line(description.name + Self.suffix(of: description.kind), description.labels, values, Self.number(value))
    }

    mutating func histogram(_ description: MetricDescription, _ values: [String], _ histogram: Histogram) {
        let counts = histogram.current
        var total = 0
        for (index, count) in counts.buckets.enumerated() {
            total += count
            let bound = index < histogram.bounds.count ? Self.bound(histogram.bounds[index]) : "+Inf"
            line(description.name + "_bucket", description.labels + ["le"], values + [bound], "\(total)")
        }
        line(description.name + "_sum", description.labels, values, Self.number(counts.sum))
        line(description.name + "_count", description.labels, values, "\(total)")
    }

    consuming func finished() -> String {
        format == .openMetrics ? text + "# EOF\n" : text
    }

    private mutating func line(_ name: String, _ labels: [String], _ values: [String], _ value: String) {
        text += name
        if !labels.isEmpty {
            let pairs = zip(labels, values).map { "\($0)=\"\(Self.escaped($1, quotes: true))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    private static func suffix(of kind: MetricDescription.Kind) -> String {
        switch kind {
        case .counter: "_total"
        case .info: "_info"
        case .gauge, .histogram: ""
        }
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Whole numbers without a point.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    /// Bounds always have a point, so that they are the same text in every program.
    private static func bound(_ value: Double) -> String { "\(value)" }
}
