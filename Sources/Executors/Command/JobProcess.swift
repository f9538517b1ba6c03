import EventLoop
import FOQUSModel
import Glibc
import ProcessKit

/// How executors run a program that is started anew for each job: isolated, within its time, and with all that it started
/// gone in the end.
struct JobProcess: Sendable {
    let supervisor: ProcessSupervisor
    /// The supervisor's.
    let loop: EventLoop
    let isolation: JobIsolation
    /// How long the program may take between SIGTERM and SIGKILL.
    let grace: Duration

    /// Returns when the program and all its descendants are gone.
    ///
    /// - Parameter started: called once the program runs.
    func run(
        _ command: Command, of job: JobRun, started: @Sendable () -> Void
    ) async throws(IsolationFailure) -> (ProcessResult, ProcessWatch.Interruption?) {
        let process = try await isolation.start(
            command, name: "foqus-job-\(job.run)", description: "FOQUS job \(job.job) of \(job.user)",
            limits: job.limits,
            share: Sandbox.Share(readable: [job.simulationDirectory], writable: [job.directory]),
            supervisor: supervisor)
        started()
        return await ProcessWatch(process, loop: loop, grace: grace).result(timeout: job.timeout)
    }

    /// What a job's program finds in its environment besides what the settings say.
    static func environment(of job: JobRun) -> [String: String] {
        [
            "HOME": job.directory, "TMPDIR": job.directory, "FOQUS_JOB_ID": job.job.description,
            "FOQUS_SESSION_ID": job.session.description, "FOQUS_USER": job.user.description,
            "FOQUS_SIMULATION": job.simulation.description, "FOQUS_SIMULATION_DIRECTORY": job.simulationDirectory,
            "FOQUS_APPLICATION": job.application,
        ]
    }

    /// How the program itself ended, where another one watched over it.
    func status(of result: ProcessResult) -> ExitStatus {
        isolation.sandbox == nil ? result.status : result.status.behindMonitor
    }

    /// A sentence on an end that is no success: the limit that it came up against, the status, the last lines of stderr.
    func account(of result: ProcessResult, _ limits: JobLimits) -> String {
        let status = status(of: result)
        let tail = LogText.tail(result.stderr.bytes)
        let end = "the program ended with \(status.explained)" + (tail.isEmpty ? "" : ": \(tail)")
        guard result.group != nil,
            let excess = limits.excess(result.incidents, wasKilled: status == .signaled(SIGKILL))
        else { return end }
        return "\(excess): \(end)"
    }
}
