import FileKit
import JSONKit
import TestSupport

/// Jobs that run until the test lets them end, and leave a note of each run and a file to be stored.
struct PatientJobs: Sendable {
    private let directory: String

    /// - Parameter directory: for the notes.
    init(_ directory: String) { self.directory = directory }

    private var script: String {
        """
        echo run >> "\(directory)/run-$FOQUS_JOB_ID"
        while [ ! -e "\(directory)/release" ]; do sleep 0.1; done
        echo made > made.txt
        echo '{"y": 1}'
        """
    }

    /// Uploads the simulation.
    func put(in cloud: Cloud, user: String = Cloud.user) async throws {
        try await cloud.python("put_script(cloud, 'patient', given[0], given[1])", [.string(script), .string(user)])
    }

    func submit(_ count: Int, to cloud: Cloud, user: String = Cloud.user) async throws -> JSON {
        try await cloud.python(
            "submit(cloud, 'patient', [{}] * given[0], application='script', user=given[1])",
            [.int(Int64(count)), .string(user)])
    }

    /// Waits until each job of the session runs.
    func untilRunning(_ session: JSON) async throws {
        try await eventually("the jobs run", within: .seconds(60)) {
            (session["jobs"]?.arrayValue ?? []).allSatisfy { runs(of: $0) > 0 }
        }
    }

    /// Lets all jobs end.
    func release() throws {
        try File.writeAtomically([], to: Path.join(directory, "release"), mode: 0o644, sync: false)
    }

    func runs(of job: JSON) -> Int {
        let file = Path.join(directory, "run-\(job.stringValue ?? "")")
        return (try? File.read(file))?.count { $0 == UInt8(ascii: "\n") } ?? 0
    }
}
