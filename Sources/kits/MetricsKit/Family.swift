import Threading

protocol MetricFamily: Sendable {
    var description: MetricDescription { get }
    func write(to writer: inout ExpositionWriter)
}

/// One metric with a series for each combination of label values.
public final class Family<Series: Sendable>: MetricFamily {
    /// More combinations share one series, whose labels all say `other`: labels must not fill the memory.
    private static var limit: Int { 500 }

    let description: MetricDescription
    typealias Writing = @Sendable (Series, inout ExpositionWriter, MetricDescription, [String]) -> Void

    private let make: @Sendable () -> Series
    private let writing: Writing
    private let series = Locked<[[String]: Series]>([:])

    init(_ description: MetricDescription, _ make: @escaping @Sendable () -> Series, _ writing: @escaping Writing) {
        self.description = description
        self.make = make
        self.writing = writing
        // Without labels there is one series, which is 0 before anything happens.
        if description.labels.isEmpty { _ = with([]) }
    }

    /// The series of these label values.
    public func with(_ values: String...) -> Series { with(values) }

    /// The only series of a metric without labels.
    public var only: Series { with([]) }

    func with(_ values: [String]) -> Series {
        precondition(values.count == description.labels.count, "\(description.name) has other labels")
        return series.withLock { series in
            if let known = series[values] { return known }
            let key = series.count < Self.limit ? values : values.map { _ in "other" }
            if let other = series[key] { return other }
            let new = make()
            series[key] = new
            return new
        }
    }

    func write(to writer: inout ExpositionWriter) {
        let all = series.withLock { $0 }
        writer.begin(description)
        for (values, series) in all.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            writing(series, &writer, description, values)
        }
    }
}
