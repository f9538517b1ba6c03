import Threading

/// The metrics of one program: families of series, written out as OpenMetrics 1.0.
///
///     let registry = MetricRegistry()
///     let jobs = registry.counter("foqus_worker_jobs", "Attempts that ended.", labels: ["outcome"])
///     jobs.with("success").add()
///     let text = registry.exposition(.openMetrics)
///
/// Families are made at the start, in the order of the exposition; series appear when they are first used.
public final class MetricRegistry: Sendable {
    private let families = Locked<[any MetricFamily]>([])

    public init() {}

    /// Something that only grows. Its samples are called `NAME_total`.
    ///
    /// - Parameters:
    ///   - name: without `_total`; ends with the unit, where there is one.
    ///   - labels: of each series, in the order of `with(…)`.
    public func counter(
        _ name: String, _ help: String, unit: MetricUnit? = nil, labels: [String] = []
    ) -> Family<Counter> {
        add(
            Family(MetricDescription(.counter, name, help, unit, labels)) {
                Counter()
            } _: { series, writer, description, values in
                writer.sample(description, values, series.total)
            })
    }

    /// Something that goes up and down.
    public func gauge(_ name: String, _ help: String, unit: MetricUnit? = nil, labels: [String] = []) -> Family<Gauge> {
        add(Self.gauges(MetricDescription(.gauge, name, help, unit, labels)))
    }

    /// How a quantity is distributed.
    ///
    /// - Parameter buckets: upper bounds, rising; one without bound follows.
    public func histogram(
        _ name: String, _ help: String, unit: MetricUnit? = nil, labels: [String] = [], buckets: [Double]
    ) -> Family<Histogram> {
        precondition(!buckets.isEmpty && zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }, name)
        return add(
            Family(MetricDescription(.histogram, name, help, unit, labels)) {
                Histogram(bounds: buckets)
            } _: { series, writer, description, values in
                writer.histogram(description, values, series)
            })
    }

    /// What does not change while the program runs. The samples are called `NAME_info`.
    public func info(_ name: String, _ help: String, _ facts: [(label: String, value: String)]) {
        let family = add(Self.gauges(MetricDescription(.info, name, help, nil, facts.map(\.label))))
        family.with(facts.map(\.value)).set(1)
    }

    private static func gauges(_ description: MetricDescription) -> Family<Gauge> {
        Family(description) {
            Gauge()
        } _: { series, writer, description, values in
            if let value = series.current { writer.sample(description, values, value) }
        }
    }

    private func add<Series>(_ family: Family<Series>) -> Family<Series> {
        families.withLock { families in
            precondition(
                !families.contains { $0.description.name == family.description.name },
                "two metrics are called \(family.description.name)")
            families.append(family)
        }
        return family
    }

    /// All metrics as text.
    ///
    /// - Parameter isWanted: of these families, by their names; all without it.
    public func exposition(_ format: ExpositionFormat, where isWanted: (String) -> Bool = { _ in true }) -> String {
        var writer = ExpositionWriter(format)
        for family in families.withLock({ $0 }) where isWanted(family.description.name) { family.write(to: &writer) }
        return writer.finished()
    }

    /// The names of all families, in their order.
    public var names: [String] { families.withLock { $0.map(\.description.name) } }
}

/// What a family is for.
struct MetricDescription: Sendable {
    enum Kind: String { case counter, gauge, histogram, info }

    let kind: Kind
    let name: String
    let help: String
    let unit: MetricUnit?
    let labels: [String]

    /// Traps for names that the format does not have: they stand in the program's text.
    init(_ kind: Kind, _ name: String, _ help: String, _ unit: MetricUnit?, _ labels: [String]) {
        precondition(Self.isName(name), "\"\(name)\" is no name of a metric")
        precondition(unit.map { name.hasSuffix("_" + $0.rawValue) } ?? true, "\(name) does not end with its unit")
        precondition(!name.hasSuffix("_total") && !name.hasSuffix("_info"), "\(name) has its suffix already")
        precondition(labels.allSatisfy { Self.isName($0) && $0 != "le" }, "a label of \(name) has no proper name")
        self.kind = kind
        self.name = name
        self.help = help
        self.unit = unit
        self.labels = labels
    }

    private static func isName(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        } && text.utf8.first.map { $0 > UInt8(ascii: "9") } == true
    }
}

/// Base units of OpenMetrics.
public enum MetricUnit: String, Sendable { case seconds, bytes }
