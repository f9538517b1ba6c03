import AWSPeers
import FileKit
import JSONKit
import ProcessKit
import TestSupport
import Testing

/// A worker of a cloud whose calls are broken for a while: some jobs run when that begins, some are submitted meanwhile.
/// All must end in success, and the worker must tell each trouble once.
final class FaultRide: Sendable {
    let deployment: Deployment
    let cloud: Cloud
    /// Between the worker and the cloud.
    let calls: BreakablePeer
    private let jobs: PatientJobs

    private init(_ deployment: Deployment) async throws {
        self.deployment = deployment
        let peer = try await AWSPeer.ministack()
        cloud = try await Cloud(on: peer)
        calls = try await peer.breakable()
        jobs = PatientJobs(deployment.directory)
        try await jobs.put(in: cloud)
    }

    static func with(_ body: (FaultRide) async throws -> Void) async throws {
        try await Deployment.with(TestSettings(slots: 4, lease: 10)) { deployment in
            try await body(try await FaultRide(deployment))
        }
    }

    // MARK: the worker and its jobs

    /// - Parameter environment: over that of any worker of the cloud; nil takes a variable away.
    func startWorker(
        _ changes: [String: String] = [:], _ environment: [String: String?] = [:]
    ) async throws -> Daemon {
        var settings = cloud.settings.merging(["worker.log_format": "json", "worker.long_poll": "1s"]) { $1 }
        settings.merge(changes) { $1 }
        var command = deployment.command(try Installation.program("foqus-worker"), "run", settings)
        command.environment.merge(cloud.environment(through: calls.peer)) { $1 }
        // Each failure is to be the worker's own to deal with.
        command.environment["AWS_MAX_ATTEMPTS"] = "1"
        for (name, value) in environment { command.environment[name] = value }
        let worker = try await deployment.start("worker", command)
        try await worker.untilReady()
        return worker
    }

    func submit(_ count: Int) async throws -> JSON { try await jobs.submit(count, to: cloud) }
    func untilRunning(_ session: JSON) async throws { try await jobs.untilRunning(session) }
    func release() throws { try jobs.release() }

    // MARK: what must come of it

    /// Each job ends in success, as boto3 sees it, with its file; nothing stays on the queue.
    ///
    /// - Parameter once: whether no job may run twice: its lease was kept.
    func expectSuccess(_ sessions: [JSON], once: Bool) async throws {
        for session in sessions {
            let jobs = session["jobs"]?.arrayValue ?? []
            let found = try await cloud.processUntilFinished(session["session"] ?? .null, jobs.count)
            #expect(found["records"]?.arrayValue?.allSatisfy { $0["State"] == "success" } == true, "\(found)")
            for job in jobs {
                let file = "job/\(job.stringValue ?? "")/files/made.txt"
                #expect(found["files"]?.arrayValue?.contains(.string(file)) == true, "\(found)")
                if once { #expect(self.jobs.runs(of: job) == 1, "\(job)") }
            }
        }
        try await eventually("the queue is empty", within: .seconds(60)) {
            try await cloud.python("waiting(cloud['jobs'])") == 0
        }
    }
}

/// What a worker says, line by line.
struct LogLines {
    let entries: [JSON]

    init(of worker: Daemon) {
        entries = worker.log.split(separator: "\n").compactMap { try? JSON.parse(Array($0.utf8)) }
    }

    func count(_ message: String) -> Int { entries.count { $0["message"]?.stringValue == message } }

    /// How often each message came of those that tell of something wrong.
    var troubles: [String: Int] {
        let wrong = entries.filter { $0["level"] == "warning" || $0["level"] == "error" }
        return Dictionary(wrong.compactMap { $0["message"]?.stringValue }.map { ($0, 1) }) { $0 + $1 }
    }

    /// Each of these troubles was told once when it began and once when it was over, and no message came in masses.
    func expectOnce(_ told: [(begins: String, ends: String)], sourceLocation: SourceLocation = #_sourceLocation) {
        for (begins, ends) in told {
            #expect(count(begins) == 1, "\(begins): \(troubles)", sourceLocation: sourceLocation)
            #expect(count(ends) == 1, "\(ends): \(entries)", sourceLocation: sourceLocation)
        }
        // Publishing to each topic, acknowledging and storing files are told for themselves.
        #expect(troubles.values.allSatisfy { $0 <= 4 }, "\(troubles)", sourceLocation: sourceLocation)
    }
}
