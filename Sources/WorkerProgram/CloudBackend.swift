import CommandLineKit
public import Configuration
public import EventLoop
import Glibc
public import Logging
import ProcessKit
public import Settings
public import Stores

/// The backend on AWS, as the variant of the program that has it brings it along.
///
/// The AWS client needs libraries that an embedded store does not, which would cost each worker memory and time at its
/// start. So `foqus-worker` is without it, and becomes `foqus-worker-aws` when the settings say `backend = aws`.
public struct CloudBackend: Sendable {
    /// Something that the worker needs, tried by a call that changes nothing.
    public struct Trial: Sendable {
        let subject: String
        let run: @Sendable () async throws -> String

        public init(_ subject: String, _ run: @escaping @Sendable () async throws -> String) {
            self.subject = subject
            self.run = run
        }
    }

    let instanceSettings: @Sendable (AWSSettings) async -> [Setting]
    let open: @Sendable (FOQUSSettings, EventLoop, Logger, any CallObserver) async throws -> WorkerStores
    let trials: @Sendable (FOQUSSettings, EventLoop, Logger) async throws -> [Trial]

    /// - Parameters:
    ///   - instanceSettings: what the instance says of the deployment.
    ///   - open: tells the observer of each call that it sends.
    ///   - trials: throws when not even a try is possible.
    public init(
        instanceSettings: @escaping @Sendable (AWSSettings) async -> [Setting],
        open: @escaping @Sendable (FOQUSSettings, EventLoop, Logger, any CallObserver) async throws -> WorkerStores,
        trials: @escaping @Sendable (FOQUSSettings, EventLoop, Logger) async throws -> [Trial]
    ) {
        self.instanceSettings = instanceSettings
        self.open = open
        self.trials = trials
    }
}

/// The program with the AWS backend, in the place of this one: same process, same arguments.
enum CloudVariant {
    private static let name = "foqus-worker-aws"

    /// Beside this program, or where the Debian package has it.
    private static func candidates() -> [String] {
        let folder = OwnProgram.folder
        return ["\(folder)/\(name)", "\(folder)/../lib/foqus-worker/\(name)"]
    }

    static func takeOver() -> Never {
        for path in candidates() { execv(path, CommandLine.unsafeArgv) }
        let message =
            "foqus-worker: backend = aws needs the package foqus-worker-aws (or \(name) beside this program)\n"
        _ = message.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        exit(ExitCode.configuration.rawValue)
    }
}
