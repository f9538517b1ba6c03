import AWSPeers
import AWSStores
import FOQUSModel
import JSONKit
import Logging
import Stores
import TestSupport
import Testing
import Threading

struct CloudWatchMetricsTests {
    private static let accepted = FakeService.Answer.xml("<PutMetricDataResponse/>")

    private func metrics(_ fake: FakeService, time: any TimeSource, sink: any LogSink = NullSink()) -> CloudWatchMetrics
    {
        CloudWatchMetrics(
            service: fake.service("monitoring"), user: "test", instance: "i-0", time: time,
            logger: Logger(label: "test", sink: sink))
    }

    @Test func speaksTheWordsOfTheContract() async throws {
        let time = ManualTime()
        try await FakeService.with { _ in
            Self.accepted
        } _: { fake async throws in
            let metrics = metrics(fake, time: time)
            for _ in 0..<3 { metrics.count(.queuePeek(.empty)) }
            metrics.count(.jobFinish(event: "success.job"))
            await metrics.flush()
            let datum = "MetricData.member."
            var expected = [
                "Action": "PutMetricData", "Version": "2010-08-01", "Namespace": "foqus-cloud-backend",
            ]
            let series = [
                ("count_of_job_finish", "event", "success.job", "1"), ("count_of_queue_peeks", "state", "empty", "3"),
                ("count_of_queue_peeks", "state", "start", "0"),
            ]
            for (index, (name, dimension, word, value)) in series.enumerated() {
                let prefix = datum + "\(index + 1)."
                expected[prefix + "MetricName"] = name
                expected[prefix + "Value"] = value
                expected[prefix + "Unit"] = "Count"
                expected[prefix + "Timestamp"] = "2026-01-01T00:00:00.000Z"
                for (number, (name, value)) in [("user_name", "test"), ("instance_id", "i-0"), (dimension, word)]
                    .enumerated()
                {
                    expected[prefix + "Dimensions.member.\(number + 1).Name"] = name
                    expected[prefix + "Dimensions.member.\(number + 1).Value"] = value
                }
            }
            #expect(fake.calls.map(\.form) == [expected])
        }
    }

    @Test func sendsOnlyWhatChangedWithItsNewestValue() async throws {
        try await FakeService.with { _ in
            Self.accepted
        } _: { fake async throws in
            let metrics = metrics(fake, time: ManualTime())
            await metrics.flush()
            await metrics.flush()
            #expect(fake.calls.count == 1)
            for _ in 0..<5 { metrics.count(.queuePeek(.start)) }
            await metrics.flush()
            #expect(fake.calls.count == 2)
            #expect(fake.calls[1].form["MetricData.member.1.Value"] == "5")
            #expect(fake.calls[1].form["MetricData.member.2.Value"] == nil)
        }
    }

    @Test func aFailureIsToldOnceAndLosesNothing() async throws {
        try await FakeService.with { call in
            call.number < 2 ? .failure(403, code: "AccessDenied", message: "no") : Self.accepted
        } _: { fake async throws in
            let sink = RecordingSink()
            let metrics = metrics(fake, time: ManualTime(), sink: sink)
            metrics.count(.jobFinish(event: "success.job"))
            await metrics.flush()
            metrics.count(.jobFinish(event: "success.job"))
            await metrics.flush()
            #expect(sink.messages == ["metrics cannot be sent"])
            await metrics.flush()
            #expect(fake.calls.last?.form["MetricData.member.1.Value"] == "2")
            #expect(sink.messages == ["metrics cannot be sent", "metrics are sent again"])
        }
    }

    /// An idle hour: a poll of 20 s after the other, and the metrics of it. The budget of all calls is 0.06 a second; a
    /// keepalive in five minutes has its place in it too.
    @Test func anIdleWorkerMakesFewCalls() async throws {
        let time = ManualTime()
        try await FakeService.with { call in
            guard call.operation == "ReceiveMessage" else { return Self.accepted }
            time.advance(by: .seconds(20))
            return .json([:])
        } _: { fake async throws in
            let metrics = metrics(fake, time: time)
            let reporting = Task { await metrics.run() }
            let queue = fake.queue(time: time)
            let start = time.instant()
            while time.instant() - start < .seconds(3600) {
                // Whoever reports metrics sleeps again before the time goes on.
                try await eventually("the metrics' pause") { time.sleepers == 1 }
                #expect(try await queue.receive(limit: 8, visibility: .seconds(60), wait: .seconds(20)) == [])
                metrics.count(.queuePeek(.empty))
            }
            reporting.cancel()
            await reporting.value
            #expect(fake.calls("ReceiveMessage").count == 180)
            let others = fake.calls.count - 180
            #expect((2...14).contains(others))
            let keepalives = 3600 / 300
            #expect(Double(fake.calls.count + keepalives) / 3600 <= 0.06)
            // The end tells the rest.
            let last = try #require(fake.calls.last?.form)
            #expect(last["MetricData.member.1.Value"] == "180")
        }
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "moto"])
    func botoFindsTheSeries(_ name: String) async throws {
        let peer = try await peer(name)
        let user = AWSPeer.unique("user")
        let metrics = CloudWatchMetrics(
            service: peer.service("monitoring"), user: user, instance: "i-0", time: SystemTime(),
            logger: Logger(label: "test", sink: NullSink()))
        for _ in 0..<7 { metrics.count(.jobFinish(event: "error.job.setup")) }
        await metrics.flush()
        let found = try await Boto.run(
            """
            import datetime
            now = datetime.datetime.now(datetime.timezone.utc)
            dimensions = [{"Name": "user_name", "Value": given}, {"Name": "instance_id", "Value": "i-0"},
                          {"Name": "event", "Value": "error.job.setup"}]
            points = client("cloudwatch").get_metric_statistics(
                Namespace="foqus-cloud-backend", MetricName="count_of_job_finish", Dimensions=dimensions, Unit="Count",
                StartTime=now - datetime.timedelta(minutes=10), EndTime=now + datetime.timedelta(minutes=10),
                Period=3600, Statistics=["Maximum"])["Datapoints"]
            result = [point["Maximum"] for point in points]
            """, peer, given: .string(user))
        #expect(found == [7])
    }
}

struct CloudWatchLogsTests {
    private func logger(_ sink: CloudWatchLogs) -> Logger { Logger(label: "engine", sink: sink) }

    @Test func makesGroupAndStreamWhenTheyAreMissing() async throws {
        let made = Locked<[String]>([])
        try await FakeService.with { call in
            switch call.operation {
            case "PutLogEvents" where made.withLock({ $0.count < 2 }):
                return .failure(400, code: "ResourceNotFoundException", message: "no such group")
            case "CreateLogGroup":
                made.withLock { $0.append("group") }
                return .failure(400, code: "ResourceAlreadyExistsException", message: "another was faster")
            case "CreateLogStream":
                made.withLock { $0.append("stream") }
                return .json([:])
            default: return .json([:])
            }
        } _: { fake async throws in
            let logs = CloudWatchLogs(
                service: fake.service("logs"), user: "test:*", instance: "i-0", time: SystemTime())
            logger(logs).info("hello", ["job": 7])
            await logs.flush()
            #expect(
                fake.calls.map(\.operation) == ["PutLogEvents", "CreateLogGroup", "CreateLogStream", "PutLogEvents"])
            let put = try #require(fake.calls.last?.body)
            #expect(put["logGroupName"] == "foqus-cloud-service")
            #expect(put["logStreamName"] == "/user/test__/ec2/i-0")
            #expect(put["logEvents"]?[0]?["message"]?.stringValue?.hasSuffix("INFO engine: hello job=7") == true)
            await logs.flush()
            #expect(fake.calls.count == 4)
        }
    }

    @Test func whatIsDroppedWhileTheServiceIsAwayIsCounted() async throws {
        let isAway = Locked(true)
        try await FakeService.with { _ in
            isAway.withLock { $0 } ? .failure(403, code: "AccessDeniedException", message: "no") : .json([:])
        } _: { fake async throws in
            let logs = CloudWatchLogs(
                service: fake.service("logs"), user: "test", instance: "i-0", time: SystemTime(), capacity: 10_000)
            for round in 0..<4 {
                for number in 0..<25 {
                    logger(logs).info("\(round)/\(number) " + String(repeating: "x", count: 100))
                }
                await logs.flush()
            }
            isAway.withLock { $0 = false }
            await logs.flush()
            let events = try #require(fake.calls.last?.body["logEvents"]?.arrayValue)
            let texts = events.compactMap { $0["message"]?.stringValue }
            let dropped = try #require(texts.first?.split(separator: " ").first.flatMap { Int($0) })
            #expect(texts[0].hasSuffix("log entries were dropped while the log service was away"))
            #expect(dropped + texts.count - 1 == 100)
            #expect(texts.last?.contains("3/24") == true)
            #expect(texts.count > 50)
        }
    }

    @Test func aCallHoldsAMegabyteAtMost() async throws {
        try await FakeService.with { _ in
            .json([:])
        } _: { fake async throws in
            let logs = CloudWatchLogs(service: fake.service("logs"), user: "test", instance: "i-0", time: SystemTime())
            for _ in 0..<30 { logger(logs).info(String(repeating: "x", count: 100_000)) }
            logger(logs).info(String(repeating: "y", count: 300_000))
            await logs.flush()
            let sizes = fake.calls.map { call in
                (call.body["logEvents"]?.arrayValue ?? []).reduce(0) {
                    $0 + ($1["message"]?.stringValue ?? "").utf8.count + 26
                }
            }
            #expect(sizes.allSatisfy { $0 <= 1_048_576 })
            #expect(fake.calls.reduce(0) { $0 + ($1.body["logEvents"]?.arrayValue?.count ?? 0) } == 31)
            let longest = fake.calls.last?.body["logEvents"]?.arrayValue?.last?["message"]?.stringValue
            #expect(longest?.utf8.count ?? 0 <= 256 << 10)
            #expect(longest?.hasSuffix("…") == true)
        }
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "moto"])
    func botoReadsTheStream(_ name: String) async throws {
        let peer = try await peer(name)
        let logs = CloudWatchLogs(
            service: peer.service("logs"), user: AWSPeer.unique("user"), instance: "i-0", time: SystemTime())
        for number in 0..<3 { logger(logs).info("größer \(number)") }
        await logs.flush()
        let read = try await Boto.run(
            """
            events = client("logs").get_log_events(
                logGroupName="foqus-cloud-service", logStreamName=given, startFromHead=True)["events"]
            result = [event["message"].split(": ", 1)[1] for event in events]
            """, peer, given: .string(logs.stream))
        #expect(read == ["größer 0", "größer 1", "größer 2"])
    }
}
