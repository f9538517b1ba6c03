import FOQUSModel
public import Logging
import ProcessKit

/// How jobs are kept apart from each other and from the machine (ADR 19).
public struct JobIsolation: Sendable {
    /// Nil: by process groups and resource limits only.
    let cages: (any JobCages)?
    /// Nil: jobs see the worker's files and network.
    let sandbox: Sandbox?
    /// Whether a job must not run outside of a control group.
    let isRequired: Bool
    private let log: Logger
    private let reports = RepeatFilter()

    /// - Parameters:
    ///   - cages: nil where no control groups can be made.
    ///   - sandbox: nil where there can be none.
    ///   - isRequired: a job without a control group is not run; the worker may be able to later.
    public init(cages: (any JobCages)?, sandbox: Sandbox? = nil, isRequired: Bool = false, log: Logger) {
        self.cages = cages
        self.sandbox = sandbox
        self.isRequired = isRequired
        self.log = log
    }

    /// No isolation, for tests and where none is wanted.
    public static let none = JobIsolation(cages: nil, log: Logger(label: "", sink: NullSink()))

    /// Starts a program in a control group of its own, or as near to that as can be.
    ///
    /// - Parameters:
    ///   - name: unique; the control group is named by it.
    ///   - description: what the program does, for people.
    ///   - share: what it needs of folders that a sandbox hides.
    ///   - boundsProcesses: where there is no control group, each process for itself has the memory limit.
    func start(
        _ command: Command, name: String, description: String, limits: JobLimits, share: Sandbox.Share,
        boundsProcesses: Bool = true,
        supervisor: ProcessSupervisor
    ) async throws(IsolationFailure) -> RunningProcess {
        var command = command
        do throws(SpawnError) {
            if let sandbox { command = try sandbox.wrapping(command, share, hasNetwork: limits.hasNetwork) }
        } catch {
            throw .spawn(error)
        }
        guard sandbox != nil || limits.hasNetwork else {
            throw .cage(
                JobCageError(
                    "job_network = false takes a sandbox, which this worker does not have: see [worker] sandbox"))
        }
        guard let cages else {
            if boundsProcesses, let memory = limits.memory { command.limits.addressSpace = UInt64(memory) }
            do { return try await supervisor.spawn(command) } catch { throw .spawn(error) }
        }
        command.isHeld = true
        let process: RunningProcess
        do { process = try await supervisor.spawn(command) } catch { throw .spawn(error) }
        let anchor = boundsProcesses ? await self.anchor(limits, supervisor) : nil
        do throws(JobCageError) {
            try await cages.enclose(
                [process.pid] + (anchor.map { [$0.pid] } ?? []), name: name, description: description, limits: limits)
            _ = reports.change(of: "cages", to: nil)
            if let group = ControlGroup(of: process.pid), group.name == "\(name).scope" {
                await process.belongs(to: group)
                if limits.memory != nil, !group.limitsMemory, reports.change(of: "memory", to: "unlimited") != nil {
                    log.warning("job_memory has no effect: this service manager has no control over memory")
                }
            } else {
                // Nobody kills the group, so nobody would kill this.
                await anchor?.kill()
            }
        } catch {
            await anchor?.kill()
            if isRequired {
                await process.kill()
                throw .cage(error)
            }
            if reports.change(of: "cages", to: error.description) != nil {
                log.warning("jobs run without limits: no control groups can be made", ["reason": error.description])
            }
        }
        do {
            try await process.release()
        } catch {
            _ = await process.wait()
            await anchor?.kill()
            throw .spawn(error)
        }
        return process
    }

    /// A process that only keeps a control group there until the job's program has ended and what happened in it
    /// is known; it is killed with the rest of the group then. systemd would remove the group first, now and then.
    private func anchor(_ limits: JobLimits, _ supervisor: ProcessSupervisor) async -> RunningProcess? {
        guard limits.memory != nil || limits.tasks != nil else { return nil }
        // Small, or it would be the one to go when memory runs out.
        return try? await supervisor.spawn(Command("/bin/sleep", ["infinity"]))
    }
}

/// A job's program could not be started as it must be.
enum IsolationFailure: Error {
    case spawn(SpawnError)
    case cage(JobCageError)
}
