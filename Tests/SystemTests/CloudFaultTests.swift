import AWSPeers
import JSONKit
import TestSupport
import Testing

/// Calls that fail while the worker runs: throttled, broken, cut off, answered by nonsense or not at all.
@Suite(.timeLimit(.minutes(5)))
struct CloudFaultTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let rules: [JSON]
        /// What the worker says when it begins and when it is over.
        let told: [(begins: String, ends: String)]
        /// Calls that must have failed before the fault ends.
        var count = 20
        /// Whether the worker can keep its leases: it can where the queue answers, or is out of reach for a short time.
        var keepsLeases = true

        var testDescription: String { name }
    }

    private static let poll = (begins: "no jobs can be received", ends: "the queue answers again")
    private static let lookups = (
        begins: "jobs wait: the stores cannot be asked about them", ends: "the stores can be asked about jobs again"
    )

    private static func refuse(_ status: Int, _ code: String, _ service: String? = nil) -> JSON {
        var rule: JSONObject = ["do": "refuse", "status": .int(Int64(status)), "code": .string(code)]
        if let service { rule["service"] = .string(service) }
        return .object(rule)
    }

    static let cases = [
        Case(name: "throttles", rules: [refuse(400, "ThrottlingException")], told: [poll]),
        Case(name: "internal errors", rules: [refuse(500, "InternalFailure")], told: [poll]),
        Case(name: "resets", rules: [["do": "reset"]], told: [poll]),
        // What a receive brought whose answer is cut is hidden until its lease ends.
        Case(name: "cut answers", rules: [["do": "cut"]], told: [poll], keepsLeases: false),
        Case(
            name: "a page instead of JSON and XML",
            rules: [["do": "garbage", "text": "<html><body>Sign in</body></html>"]], told: [poll],
            keepsLeases: false),
        Case(
            name: "JSON and XML that end early",
            rules: [
                ["service": "sqs", "do": "garbage", "text": #"{"Messages":[{"MessageId":"#],
                ["service": "dynamodb", "do": "garbage", "text": #"{"Responses":"#],
                ["do": "garbage", "text": "<ListBucketResult><Contents>"],
            ], told: [poll], keepsLeases: false),
        Case(
            name: "JSON and XML of another form",
            rules: [
                ["service": "sqs", "do": "garbage", "text": "[]"],
                ["service": "dynamodb", "do": "garbage", "text": "{}"],
                ["do": "garbage", "text": "<ListBucketResult/>"],
            ], told: [poll], keepsLeases: false),
        // The receive ends by its timeout, 11 s.
        Case(name: "no answers", rules: [["do": "stall"]], told: [poll], count: 2, keepsLeases: false),
        Case(
            name: "table out of reach", rules: [refuse(500, "InternalServerError", "dynamodb")], told: [lookups]),
        Case(
            name: "buckets in another region", rules: [refuse(301, "PermanentRedirect", "s3")],
            told: [lookups], count: 4),
        Case(name: "buckets that throttle", rules: [refuse(503, "SlowDown", "s3")], told: [lookups], count: 4),
    ]

    @Test(arguments: cases) func aFaultIsToldOnceAndLosesNothing(fault: Case) async throws {
        try await FaultRide.with { ride in
            let worker = try await ride.startWorker()
            let first = try await ride.submit(2)
            try await ride.untilRunning(first)
            try await ride.calls.setRules(fault.rules)
            let second = try await ride.submit(3)
            try ride.release()
            try await eventually("the fault is told and repeated", within: .seconds(90)) {
                let log = LogLines(of: worker)
                guard fault.told.allSatisfy({ log.count($0.begins) > 0 }) else { return false }
                return try await ride.calls.brokenCalls >= fault.count
            }
            try await ride.calls.setRules([])
            try await ride.expectSuccess([first, second], once: fault.keepsLeases)
            try await eventually("the end is told") {
                fault.told.allSatisfy { LogLines(of: worker).count($0.ends) > 0 }
            }
            LogLines(of: worker).expectOnce(fault.told)
            try await worker.stop()
        }
    }
}
