import Testing

@testable import MetricsKit

@Suite struct ExpositionTests {
    private func sample() -> MetricRegistry {
        let registry = MetricRegistry()
        let jobs = registry.counter("app_jobs", "Jobs that \"ended\"\nby outcome \\ state.", labels: ["outcome"])
        jobs.with("success").add(2)
        jobs.with("a \"b\"\\\n").add()
        registry.gauge("app_age_seconds", "Age.", unit: .seconds).only.set(0.25)
        let times = registry.histogram("app_run_seconds", "Runs.", unit: .seconds, buckets: [0.5, 1, 10]).only
        for value in [0.5, 0.6, 100] { times.observe(value) }
        registry.info("app_build", "Build.", [("version", "1.0")])
        return registry
    }

    @Test func openMetrics() {
        #expect(
            sample().exposition(.openMetrics) == #"""
                # TYPE app_jobs counter
                # HELP app_jobs Jobs that \"ended\"\nby outcome \\ state.
                app_jobs_total{outcome="a \"b\"\\\n"} 1
                app_jobs_total{outcome="success"} 2
                # TYPE app_age_seconds gauge
                # UNIT app_age_seconds seconds
                # HELP app_age_seconds Age.
                app_age_seconds 0.25
                # TYPE app_run_seconds histogram
                # UNIT app_run_seconds seconds
                # HELP app_run_seconds Runs.
                app_run_seconds_bucket{le="0.5"} 1
                app_run_seconds_bucket{le="1.0"} 2
                app_run_seconds_bucket{le="10.0"} 2
                app_run_seconds_bucket{le="+Inf"} 3
                app_run_seconds_sum 101.1
                app_run_seconds_count 3
                # TYPE app_build info
                # HELP app_build Build.
                app_build_info{version="1.0"} 1
                # EOF

                """#)
    }

    @Test func olderPrometheus() {
        let text = sample().exposition(.prometheusText) { $0 != "app_run_seconds" }
        #expect(
            text == #"""
                # TYPE app_jobs_total counter
                # HELP app_jobs_total Jobs that "ended"\nby outcome \\ state.
                app_jobs_total{outcome="a \"b\"\\\n"} 1
                app_jobs_total{outcome="success"} 2
                # TYPE app_age_seconds gauge
                # HELP app_age_seconds Age.
                app_age_seconds 0.25
                # TYPE app_build_info gauge
                # HELP app_build_info Build.
                app_build_info{version="1.0"} 1

                """#)
    }

    @Test(
        arguments: [
            (Double.nan, "NaN"), (Double.infinity, "+Inf"), (-Double.infinity, "-Inf"), (1e300, "1e+300"), (3, "3"),
            (-0.5, "-0.5"), (1_099_511_627_776, "1099511627776"),
        ] as [(Double, String)])
    func numbersAreTheFormats(value: Double, text: String) {
        let registry = MetricRegistry()
        registry.gauge("g", "").only.set(value)
        #expect(registry.exposition(.prometheusText).hasSuffix("\ng \(text)\n"))
    }

    @Test(
        arguments: [
            (nil, ExpositionFormat.openMetrics), ("*/*", .openMetrics), ("text/html,text/plain;q=0.5", .prometheusText),
            ("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics),
        ] as [(String?, ExpositionFormat)])
    func theReaderChooses(accept: String?, format: ExpositionFormat) {
        #expect(ExpositionFormat(accept: accept) == format)
    }
}

@Suite struct SeriesTests {
    @Test func countersOnlyGrow() {
        let counter = MetricRegistry().counter("c", "").only
        counter.add(3)
        counter.add(-5)
        counter.reach(2)
        #expect(counter.total == 3)
        counter.reach(7.5)
        #expect(counter.total == 7.5)
    }

    @Test func gaugesThatNobodySetAreLeftOut() {
        let registry = MetricRegistry()
        let gauge = registry.gauge("g", "").only
        #expect(!registry.exposition(.openMetrics).contains("\ng "))
        gauge.set(true)
        #expect(registry.exposition(.openMetrics).contains("\ng 1\n"))
    }

    /// Whoever chooses the labels must not fill the memory.
    @Test func thereIsAnEndToSeries() {
        let registry = MetricRegistry()
        let family = registry.counter("c", "", labels: ["a", "b"])
        for number in 0..<2000 { family.with("\(number)", "x").add() }
        let lines = registry.exposition(.openMetrics).split(separator: "\n").filter { $0.hasPrefix("c_total") }
        #expect(lines.count == 501)
        #expect(lines.contains(#"c_total{a="other",b="other"} 1500"#))
        #expect(family.with("7", "x").total == 1)
    }

    @Test func nothingIsLostBetweenThreads() async {
        let registry = MetricRegistry()
        let counter = registry.counter("c", "", labels: ["l"])
        let histogram = registry.histogram("h", "", buckets: [1]).only
        await withTaskGroup { group in
            for task in 0..<4 {
                group.addTask {
                    for number in 0..<1000 {
                        counter.with("\(number % 3)").add()
                        histogram.observe(Double(task))
                    }
                }
            }
        }
        #expect((0..<3).map { counter.with("\($0)").total }.reduce(0, +) == 4000)
        #expect(histogram.current.buckets == [2000, 2000])
        #expect(histogram.current.sum == 6000)
    }
}
