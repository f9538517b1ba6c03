import FOQUSModel
import FileKit
import Glibc
import JSONKit
import ProcessKit
import TestSupport
import Testing

/// What those who watch real programs see.
@Suite(.timeLimit(.minutes(5)))
struct MonitoringTests {
    /// Real programs after real jobs, read by Prometheus' own parser; and what is delivered for Prometheus and Grafana, and
    /// documented, against it.
    @Test func whatIsExportedIsUsedAndDocumented() async throws {
        try await Deployment.with { deployment in
            let gatewayPlace = "127.0.0.1:\(try Machinery.freePort())"
            let gateway = try await deployment.startGateway(["metrics.gateway_listen": gatewayPlace])
            let worker = try await deployment.startWorker()
            let workerPlace = Path.join(deployment.directory, "state/metrics.sock")
            try await deployment.uploadScript("echo '{\"y\": 1}' >output.json\n", as: "good")
            try await deployment.uploadScript("exit 3\n", as: "bad")
            let good = try await deployment.submit("good", application: "script", [[:], [:]])
            try await good.untilFinished()
            let bad = try await deployment.submit("bad", application: "script", [[:]])
            try await bad.untilFinished()
            try await eventually("all is delivered") {
                try await Watcher.scrape(workerPlace)[workerPlace]!.sample("foqus_worker_delivered_total") == 3
            }

            let seen = try await Watcher.scrape(workerPlace, gatewayPlace)
            let ofWorker = try #require(seen[workerPlace])
            let ofGateway = try #require(seen[gatewayPlace])
            expectJobs(ofWorker, last: bad.jobs[0])
            #expect(ofGateway.sample("foqus_gateway_notifications_total{result=applied}")! >= 9)
            #expect(ofGateway.sample("foqus_gateway_processor") == 1)
            #expect(ofGateway.sample("foqus_gateway_processor_lag_seconds") == 0)
            #expect(ofGateway.sample("foqus_gateway_queue_messages{state=available}") == 0)
            let starts = "foqus_gateway_requests_total{method=POST,route=/session/{id}/start,status=200}"
            #expect(ofGateway.sample(starts) == 2)
            #expect(ofGateway["readyz"]?["code"] == 200 && ofGateway["healthz"]?["code"] == 200)
            #expect(ofGateway["status"]?["body"]?["queue"]?["available"] == 0)

            let families = ofWorker.families.merging(ofGateway.families) { first, _ in first }
            try await expectNamesExist(families)
            try expectDocumented(families)
            try await worker.stop()
            try await gateway.stop()
            #expect(!File.exists(workerPlace))
        }
    }

    private func expectJobs(_ seen: Watched, last: JobID) {
        #expect(seen.sample("foqus_worker_jobs_total{outcome=success}") == 2)
        #expect(seen.sample("foqus_worker_jobs_total{outcome=error}") == 1)
        #expect(seen.sample("foqus_worker_job_run_seconds_count{outcome=success}") == 2)
        #expect(seen.sample("foqus_worker_job_wait_seconds_count") == 3)
        #expect(seen.sample("foqus_worker_slots") == 2)
        #expect(seen.sample("foqus_worker_slots_busy") == 0)
        #expect(seen.sample("foqus_worker_leases_held") == 0)
        #expect(seen.sample("foqus_worker_ready") == 1)
        #expect(seen.sample("foqus_worker_messages_received_total") == 3)
        #expect(seen.sample("foqus_worker_call_seconds_count{operation=publish,service=topics}")! > 0)
        #expect(seen.sample("foqus_worker_call_seconds_count{operation=acknowledge,service=queue}")! > 0)
        #expect(seen.sample("process_resident_memory_bytes")! > 1_048_576)
        #expect(seen.sample("foqus_worker_state_free_bytes")! > 0)
        #expect(seen["healthz"] == ["code": 200, "body": ["status": "ok"]])
        #expect(seen["readyz"] == ["code": 200, "body": ["status": "ready"]])
        let status = seen["status"]?["body"]
        #expect(status?["slots"] == 2 && status?["busy"] == 0 && status?["queued"] == 0 && status?["outbox"] == 0)
        #expect(status?["finished"] == 3 && status?["phase"] == "polling")
        #expect(status?["lastJob"]?["id"]?.stringValue == last.description)
        #expect(status?["lastJob"]?["state"] == "error")
    }

    /// Every name in rules and dashboard is a sample of a family that exists.
    private func expectNamesExist(_ families: [String: String]) async throws {
        for (file, names) in try await Watcher.names("foqus-alerts.yml", "foqus-dashboard.json") {
            #expect(names.count > 5)
            for name in names {
                let isKnown = families.contains { family, kind in
                    switch kind {
                    case "counter": name == family + "_total"
                    case "histogram": ["_bucket", "_sum", "_count"].contains { name == family + $0 }
                    case "info": name == family + "_info"
                    default: name == family
                    }
                }
                #expect(isKnown, "\(file) uses \(name), which no program exports")
            }
        }
    }

    /// Rows of docs/monitoring.md: | `name` | kind | …
    private func expectDocumented(_ families: [String: String]) throws {
        let text = String(decoding: try File.read(Path.join(Installation.root, "docs/monitoring.md")), as: UTF8.self)
        var documented: [String: String] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `foqus_") || line.hasPrefix("| `process_") {
            let cells = line.split(separator: "|").map { $0.filter { $0 != "`" && $0 != " " } }
            documented[cells[0]] = cells[1]
        }
        #expect(documented == families)
    }

    @Test func readinessFollowsADrain() async throws {
        try await Deployment.with(TestSettings(slots: 1)) { deployment in
            try await deployment.startGateway()
            let worker = try await deployment.startWorker()
            let place = Path.join(deployment.directory, "state/metrics.sock")
            let gate = Path.join(deployment.directory, "gate")
            try await deployment.uploadScript("until [ -e \(gate) ]; do sleep 0.02; done\n", as: "gated")
            let session = try await deployment.submit("gated", application: "script", [[:], [:]])
            try await session.until(.running)
            let busy = try #require(try await Watcher.scrape(place)[place])
            #expect(busy["readyz"]?["code"] == 200)
            #expect(busy["status"]?["body"]?["jobs"] == .array([.string(session.jobs[0].description)]))
            worker.signal(SIGTERM)
            try await worker.untilStopping()
            let draining = try await eventuallyDraining(place)
            #expect(draining["healthz"]?["code"] == 200)
            #expect(draining["readyz"]?["body"]?["reasons"]?[0]?.stringValue?.hasPrefix("draining") == true)
            #expect(draining["status"]?["body"]?["phase"] == "draining")
            #expect(draining["status"]?["body"]?["busy"] == 1)
            #expect(draining.sample("foqus_worker_draining") == 1)
            #expect(draining.sample("foqus_worker_ready") == 0)
            try File.writeAtomically([], to: gate)
            #expect(await worker.exit() == .exited(0))
        }
    }

    /// The word to the supervisor comes just before the drain.
    private func eventuallyDraining(_ place: String) async throws -> Watched {
        while true {
            let seen = try #require(try await Watcher.scrape(place)[place])
            if seen["readyz"]?["code"] == 503 { return seen }
        }
    }

    @Test func chosenMetricsAreWrittenToAFile() async throws {
        try await Deployment.with { deployment in
            let file = Path.join(deployment.directory, "foqus.prom")
            let worker = try await deployment.startWorker([
                "metrics.textfile": file, "metrics.counters": "foqus_worker_slots, foqus_worker_polls_total",
                "metrics.listen": "off",
            ])
            try await eventually("the file is there") { File.exists(file) }
            let text = String(decoding: try File.read(file), as: UTF8.self)
            let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }.map {
                $0.split(separator: " ")[2]
            }
            #expect(names == ["foqus_worker_polls_total", "foqus_worker_slots"])
            #expect(text.contains("\nfoqus_worker_slots 2\n"))
            #expect(!File.exists(Path.join(deployment.directory, "state/metrics.sock")))
            try await worker.stop()
        }
    }

    @Test func aChosenPlaceThatCannotBeHadIsAnErrorOfTheSettings() async throws {
        try await Deployment.with { deployment in
            let worker = try await deployment.start(
                "worker",
                deployment.command(
                    try Installation.program("foqus-worker"), "run", ["metrics.listen": "/nowhere/metrics.sock"]))
            #expect(await worker.exit() == .exited(78))
            #expect(worker.log.contains("cannot listen on /nowhere/metrics.sock"))
            #expect(worker.log.contains("see [metrics] listen"))
        }
    }

    /// By Prometheus' own tool: the rules, how they behave, and each expression of the dashboard.
    @Test func rulesAndDashboardAreWhatPrometheusTakes() async throws {
        try await withTemporaryDirectory { directory in
            for file in ["packaging/monitoring/foqus-alerts.yml", "Tests/SystemTests/Support/alerts-test.yml"] {
                try File.copy(
                    from: Path.join(Installation.root, file), to: Path.join(directory, Path.lastComponent(file)))
            }
            let rules = Path.join(directory, "dashboard.yml")
            try File.writeAtomically(Array(try await Watcher.expressionsOfDashboard().utf8), to: rules)
            let alerts = Path.join(directory, "foqus-alerts.yml")
            for arguments in [
                ["check", "rules", alerts], ["check", "rules", rules],
                ["test", "rules", Path.join(directory, "alerts-test.yml")],
            ] {
                let end = try await FinishedCommand.run(
                    Command(
                        try Watcher.promtool(), arguments, environment: Machinery.environment, directory: directory))
                #expect(end.status == 0, "\(arguments): \(end)")
            }
        }
    }
}
