import CommandLineKit
import Configuration
import EventLoop
import FileKit
import Glibc
import ProcessKit
import SystemdKit

/// What a command works with.
struct ServiceContext: Sendable {
    let scope: SystemdManager.Scope
    let loop: EventLoop
    let output: TextOutput
    let errors: TextOutput
    /// How long `--wait` waits; nil without it.
    let wait: Duration?

    var places: UnitPlaces { UnitPlaces(scope) }

    func say(_ text: String) throws { try output.line(text) }

    /// Something to know that is no error.
    func note(_ text: String) { try? errors.line("foqus-service: \(text)") }

    /// Runs `body` with a connection to systemd, with errors in the words of the service.
    func withManager<Result>(_ body: (SystemdManager) async throws -> Result) async throws -> Result {
        do {
            let manager = try await SystemdManager.connect(scope, loop: loop)
            defer { manager.close() }
            return try await body(manager)
        } catch let error as BusError {
            throw ServiceError(error, scope)
        } catch let error as FileError {
            throw ServiceError(error, scope)
        }
    }

    /// The same alone: no other program of this kind changes anything meanwhile.
    func withLock<Result>(_ body: (SystemdManager) async throws -> Result) async throws -> Result {
        try await withManager { manager in
            guard let lock = try FileLock.acquire(places.lock) else {
                let holder = FileLock.holder(of: places.lock).map { " (process \($0))" } ?? ""
                throw ServiceError(.busy, hint: "Another foqus-service is at work\(holder); try again when it is done.")
            }
            defer { lock.release() }
            return try await body(manager)
        }
    }

    func installer(_ manager: SystemdManager) throws -> Installer {
        Installer(places: places, manager: manager, program: program, settings: settingsFile)
    }

    /// The worker, beside this program.
    var program: String { Path.join(OwnProgram.folder, ServiceNames.program) }

    /// What the unit is to name. Without one the worker looks at its default place itself.
    private var settingsFile: String? {
        let file =
            switch scope {
            case .system: FOQUSSettings.defaultFile
            case .user: Path.join(Path.parent(Path.parent(places.configuration)), "foqus/foqus.conf")
            }
        return File.exists(file) ? file : nil
    }
}

extension ServiceContext {
    /// Waits for a job of systemd, `--wait` long at most; without it as long as systemd does.
    func awaiting(_ job: @escaping @Sendable () async throws(BusError) -> UnitJobResult) async throws -> UnitJobResult {
        guard let wait else { return try await job() }
        return try await withThrowingTaskGroup(of: UnitJobResult?.self) { group in
            group.addTask { try await job() }
            group.addTask {
                try await loop.sleep(for: wait)
                return nil
            }
            defer { group.cancelAll() }
            guard let result = try await group.next(), let result else {
                throw ServiceError(.timedOut, hint: "It is not done within \(wait.components.seconds) s, and goes on.")
            }
            return result
        }
    }
}
