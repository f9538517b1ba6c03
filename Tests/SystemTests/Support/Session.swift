import FOQUSModel
import FileKit
import GatewayClient
import JSONKit
import TestSupport

/// A session of jobs that was started.
struct RunningSession: Sendable {
    let id: SessionID
    /// In the order of the inputs.
    let jobs: [JobID]
    let client: GatewayClient

    /// Where the jobs stand. A gateway that is just not there is waited for.
    func summary() async throws -> SessionSummary {
        while true {
            do {
                return try await client.summary(of: id)
            } catch {
                guard error.code == .unreachable else { throw error }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func untilFinished(_ count: Int? = nil) async throws {
        let count = count ?? jobs.count
        try await eventually("\(count) jobs are finished", within: .seconds(240)) {
            try await summary().finished >= count
        }
    }

    func until(_ state: JobState, _ index: Int = 0) async throws {
        try await eventually("job \(index) is \(state)", within: .seconds(120)) {
            try await client.job(jobs[index]).state == state
        }
    }

    /// The finished records of all pages, in the order they finished.
    func records() async throws -> [JSON] {
        var records: [JSON] = []
        let last = try await client.makeResultPage(of: id)
        for page in stride(from: 1, through: last, by: 1) {
            records += try await client.resultPage(page, of: id)
        }
        return records
    }

    func states() async throws -> [JobState] { try await client.jobs(of: id).map(\.state) }
}

extension Deployment {
    /// Uploads a file or folder as a simulation.
    func upload(_ path: String, as name: String, application: String? = nil) async throws {
        if let application {
            try await succeeding("simulation", "put", name, path, "--application", application)
        } else {
            try await succeeding("simulation", "put", name, path)
        }
    }

    /// Uploads a shell script as a simulation of the application `script`.
    func uploadScript(_ text: String, as name: String) async throws {
        let folder = Path.join(directory, "upload-\(name)")
        try Directory.create(folder)
        try File.writeAtomically(Array(text.utf8), to: Path.join(folder, "job.sh"), mode: 0o644, sync: false)
        try await upload(folder, as: name, application: "script")
    }

    /// Appends a job for each input, and starts them.
    func submit(
        _ simulation: String, application: String = "foqus", _ inputs: [JSON]
    ) async throws -> RunningSession {
        let client = client
        let session = try await client.createSession()
        let jobs = try await client.append(
            inputs.map { ["Simulation": .string(simulation), "Application": .string(application), "Input": $0] },
            to: session)
        _ = try await client.start(session)
        return RunningSession(id: session, jobs: jobs, client: client)
    }
}
