import CommandLineKit
import Configuration
import EventLoop
import Executors
import Glibc
import Logging
import ProcessKit
import SystemdKit

/// Finds how jobs can be kept apart here, and says once what cannot be had and why.
enum IsolationChoice {
    static func make(
        _ setting: WorkerSettings.Isolation, environment: [String: String], loop: EventLoop, log: Logger
    ) async throws -> JobIsolation {
        guard setting != .none else {
            return JobIsolation(cages: nil, log: log)
        }
        do throws(JobCageError) {
            let (cages, by) = try await cages(environment, loop)
            log.info("each job has a control group of its own", ["by": by])
            return JobIsolation(cages: cages, isRequired: setting == .scope, log: log)
        } catch {
            if setting == .scope { throw ConfigurationError("[worker] isolation = scope: \(error)") }
            log.notice(
                "jobs are kept apart by process groups only: job_tasks and job_cpu have no effect, and job_memory holds for "
                    + "each process", ["reason": error.description])
            return JobIsolation(cages: nil, log: log)
        }
    }

    private static func cages(
        _ environment: [String: String], _ loop: EventLoop
    ) async throws(JobCageError) -> (any JobCages, by: String) {
        guard environment["INVOCATION_ID"] != nil, let group = ControlGroup(of: getpid()),
            group.name.hasSuffix(".service")
        else { throw JobCageError("no systemd has started this worker") }
        let owner = "\(group.name), process \(getpid())"
        let isUsers = group.path.contains("/user@")
        if geteuid() == 0 || isUsers {
            do throws(BusError) {
                let manager = try await SystemdManager.connect(isUsers ? .user : .system, loop: loop)
                return (ScopeMaker(manager: manager, owner: owner), isUsers ? "the user's systemd" : "systemd")
            } catch {
                throw JobCageError(error.description)
            }
        }
        let client = ScopeClient(loop: loop)
        do throws(JobCageError) { try await client.connect() } catch {
            throw JobCageError("\(error); is foqus-scopes.socket started?")
        }
        return (client, "foqus-scopes.service")
    }
}
