public import FOQUSModel
public import FileKit
public import JSONKit
import Threading

/// Runs jobs of one application, always in processes of their own.
///
/// Cancelling the task that runs `run` ends the job: everything it started is killed before `run` returns.
public protocol Executor: Sendable {
    /// What it is, for logs and `check-config`: `foqus (ccsi-foqus by /usr/bin/python3, fork mode)`.
    var description: String { get }
    /// The kind of executor: the first word of its description.
    var kind: String { get }

    /// Puts what it needs into a job's folder, beside the simulation's files, and returns the names: they are not
    /// results. Blocks: called on a thread for that, with the staging, as each further change of threads costs time.
    ///
    /// - Parameter description: the job as it was submitted.
    func furnish(_ directory: String, input: JSON, description: JSONObject) throws(FileError) -> Set<String>

    /// Refuses a simulation that it cannot run by the names of its files (relative paths). No I/O.
    func verify(files: [String], of simulation: SimulationName) throws(SimulationError)

    /// Other simulations of the same user whose files it needs, read from the staged folder of this one.
    func dependencies(ofSimulationAt directory: String) async throws(SimulationError) -> [SimulationName]

    /// Runs one job to its end. `started` is called once, when the simulation itself begins.
    /// Never throws: whatever happens is the job's outcome, and other jobs never feel it.
    func run(_ job: JobRun, started: @escaping @Sendable () -> Void) async -> Outcome

    /// Ends warm processes. No job is given to it any more; runs under way end as they would, and their processes with
    /// them.
    func shutdown() async
}

/// What most executors have: nothing to put into folders, no other simulations, no warm processes.
extension Executor {
    public var kind: String { String(description.prefix { $0 != " " }) }

    public func furnish(
        _ directory: String, input: JSON, description: JSONObject
    ) throws(FileError) -> Set<String> { [] }

    public func dependencies(ofSimulationAt directory: String) async throws(SimulationError) -> [SimulationName] { [] }

    public func shutdown() async {}
}

/// Everything an executor is told of a job.
public struct JobRun: Sendable {
    public let job: JobID
    public let attempt: AttemptID
    /// Of this run alone: an attempt at a flowsheet has further ones for its nodes.
    public let run: AttemptID
    public let session: SessionID
    public let user: UserName
    public let simulation: SimulationName
    public let application: String
    /// By node: `{"node":{"variable":value}}`.
    public let input: JSON
    /// The job's own folder: holds the staged files and takes what the job makes. Absolute.
    public let directory: String
    /// The simulation's files as uploaded; shared with other jobs, so never written to. Absolute.
    public let simulationDirectory: String
    /// The folders of the simulations that `dependencies` named, by name. Shared likewise.
    public let dependencyDirectories: [SimulationName: String]
    /// Changes whenever a file of the simulation or of a dependency does: warm processes are kept by it.
    public let fingerprint: String
    /// Killed when it runs longer; nil for no limit.
    public let timeout: Duration?
    /// What it may use otherwise.
    public let limits: JobLimits
    /// How a simulator is to treat it.
    public let conduct: JobConduct
    /// Which of the simulation's files is its Sinter configuration; nil when it has only one.
    public let configuration: String?

    public init(
        job: JobID, attempt: AttemptID, session: SessionID, user: UserName, simulation: SimulationName,
        application: String, input: JSON, directory: String, simulationDirectory: String,
        dependencyDirectories: [SimulationName: String], fingerprint: String, timeout: Duration?,
        limits: JobLimits = JobLimits(), conduct: JobConduct = JobConduct(), run: AttemptID? = nil,
        configuration: String? = nil
    ) {
        self.job = job
        self.attempt = attempt
        self.session = session
        self.user = user
        self.simulation = simulation
        self.application = application
        self.input = input
        self.directory = directory
        self.simulationDirectory = simulationDirectory
        self.dependencyDirectories = dependencyDirectories
        self.fingerprint = fingerprint
        self.timeout = timeout
        self.limits = limits
        self.conduct = conduct
        self.run = run ?? attempt
        self.configuration = configuration
    }
}

/// How a run ended.
public enum Outcome: Sendable, Hashable {
    case success(output: JSON)
    /// The model, its inputs or its program failed: final, another attempt would fail as well.
    case failed(message: String, output: JSON?)
    /// The machine, not the job, is to blame (no memory, no disk, no engine): worth another attempt.
    case infrastructure(message: String)
    /// It ran longer than its timeout and was killed: final.
    case timedOut(after: Duration)
    /// The task was cancelled and the run killed.
    case cancelled
}

/// Why a simulation cannot be run at all: an error of the job, final.
public struct SimulationError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// The executors by application name (`Application` of a job), as the settings map them now.
public final class ExecutorRegistry: Sendable {
    private let byName: Locked<[String: any Executor]>

    public init(_ executors: [String: any Executor]) {
        var byName: [String: any Executor] = [:]
        for (name, executor) in executors { byName[name.lowercased()] = executor }
        self.byName = Locked(byName)
    }

    /// Puts others in the places of some, and takes out those without another. Returns what is out of use now, to be shut
    /// down.
    public func update(_ changes: [String: (any Executor)?]) -> [any Executor] {
        byName.withLock { byName in
            changes.compactMap { name, executor in
                let old = byName[name.lowercased()]
                byName[name.lowercased()] = executor
                return old
            }
        }
    }

    /// Application names are compared without case, as upstream compares them (cloud-protocol 1.5).
    public func executor(for application: String) -> (any Executor)? {
        byName.withLock { $0[application.lowercased()] }
    }

    public var names: [String] { byName.withLock { $0.keys.sorted() } }

    public func shutdown() async {
        for executor in byName.withLock({ Array($0.values) }) { await executor.shutdown() }
    }
}
