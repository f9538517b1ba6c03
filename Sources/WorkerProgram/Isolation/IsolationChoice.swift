import CommandLineKit
import Configuration
import EventLoop
import Executors
import FileKit
import Glibc
import Logging
import ProcessKit
import SystemdKit

/// Finds how jobs can be kept apart here, and says once what cannot be had and why (ADR 19).
struct IsolationChoice {
    let settings: FOQUSSettings
    let environment: [String: String]
    let supervisor: ProcessSupervisor
    let loop: EventLoop
    let log: Logger

    func make() async throws -> JobIsolation {
        var missing: [String] = []
        var cages: (any JobCages)?
        if settings.worker.isolation != .none {
            do throws(JobCageError) {
                let (found, by) = try await findCages()
                cages = found
                log.info("each job has a control group of its own", ["by": by])
            } catch {
                if settings.worker.isolation == .scope {
                    throw ConfigurationError("[worker] isolation = scope: \(error)")
                }
                missing.append(
                    "control groups (job_tasks and job_cpu have no effect, and job_memory holds for each process): \(error)"
                )
            }
        }
        var sandbox: Sandbox?
        if settings.worker.sandbox != .no {
            let found = makeSandbox()
            let obstacle = await sandboxObstacle(found)
            if obstacle == nil { sandbox = found }
            if let obstacle, settings.worker.sandbox == .yes {
                throw ConfigurationError("[worker] sandbox = yes: \(obstacle)")
            }
            if let obstacle { missing.append("a sandbox (job_network = false cannot be had): \(obstacle)") }
        }
        if !missing.isEmpty {
            log.notice("jobs are kept apart by process groups", ["without": missing.joined(separator: "; without ")])
        }
        return JobIsolation(
            cages: cages, sandbox: sandbox, isRequired: settings.worker.isolation == .scope, log: log)
    }

    /// Started by systemd as a service, the system's or a user's; nil otherwise.
    private var service: ControlGroup? {
        guard environment["INVOCATION_ID"] != nil, let group = ControlGroup(of: getpid()) else { return nil }
        return group.name.hasSuffix(".service") ? group : nil
    }

    private func findCages() async throws(JobCageError) -> (any JobCages, by: String) {
        guard let service else { throw JobCageError("no systemd has started this worker") }
        let owner = "\(service.name), process \(getpid())"
        let isUsers = service.path.contains("/user@")
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

    private func makeSandbox() -> Sandbox {
        var hidden = [settings.worker.stateDirectory]
        if settings.store.backend == .embedded, File.exists(settings.store.directory) {
            hidden.append(settings.store.directory)
        }
        if let credentials = environment["CREDENTIALS_DIRECTORY"] { hidden.append(credentials) }
        return Sandbox(hidden: hidden)
    }

    private func sandboxObstacle(_ sandbox: Sandbox) async -> String? {
        if settings.worker.sandbox == .auto, service == nil { return "no systemd has started this worker" }
        if !File.exists("/usr/bin/bwrap") { return "/usr/bin/bwrap is not there (package bubblewrap)" }
        return await sandbox.obstacle(supervisor)
    }
}
