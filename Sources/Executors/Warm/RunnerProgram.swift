import FOQUSModel
import FileKit
import JSONKit
import ProcessKit

/// A program that speaks the protocol of runners, and how it is started.
struct RunnerProgram: Sendable {
    /// For logs and messages: `FOQUS runner`.
    let name: String
    /// Homes of the runners, each in a folder of its own. Belongs to this executor alone. Absolute.
    let workDirectory: String
    /// One that takes longer until it is ready is killed.
    let startTimeout: Duration
    /// One that takes longer to load a simulation is killed.
    let loadTimeout: Duration
    /// The command of a runner with its home. The launcher sees to its pipes.
    ///
    /// - Parameter addressSpace: where no control group bears the limit of memory, each job's process has to. Bytes.
    let command: @Sendable (_ folder: String, _ addressSpace: UInt64?) -> Command
    /// A reason why none starts, with what to do about it.
    let remedy: @Sendable (_ reason: String) -> String

    /// What all runners find in their environment, unless `additions` say otherwise.
    static func environment(_ folder: String, _ additions: [String: String]) -> [String: String] {
        ["HOME": folder, "TMPDIR": folder, "PATH": Environment.path, "LANG": "C.UTF-8"].merging(additions) { $1 }
    }
}

/// What one runner is started for.
struct RunnerPurpose: Sendable {
    /// Unique; its control group is named by it.
    let name: String
    /// For people and logs: `Tank of ann`.
    let subject: String
    let limits: JobLimits
    let share: Sandbox.Share
    /// What `load` tells.
    let load: JSONObject

    init(name: String, subject: String, limits: JobLimits, share: Sandbox.Share, load: JSONObject) {
        self.name = name
        self.subject = subject
        self.limits = limits
        self.share = share
        self.load = load
    }

    /// To serve jobs like this one.
    init(_ job: JobRun, load: JSONObject) {
        var limits = job.limits
        // Of each job and not of the runner.
        limits.time = nil
        // For all the jobs of the runner: they come one after the other, and its key has their limits. The jobs that it
        // will get are unknown yet, so it sees the folders of all.
        self.init(
            name: "foqus-job-\(job.run)", subject: "\(job.simulation) of \(job.user)", limits: limits,
            share: Sandbox.Share(
                readable: [job.simulationDirectory] + job.dependencyDirectories.values.sorted(),
                writable: [Path.parent(job.directory)]),
            load: load)
    }
}
