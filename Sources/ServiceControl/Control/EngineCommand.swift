import CommandLineKit
import EventLoop
import FileKit
import Glibc
import ProcessKit

/// `engine install`: the Python environment of the FOQUS engine, by the script that the package brings.
enum EngineCommand {
    static func install(_ context: ServiceContext, path: String?) async throws -> ExitCode {
        guard let script = script() else {
            throw ServiceError(
                .other("make-venv is neither beside foqus-service nor in ../lib/foqus-worker."),
                hint: "It comes with the package foqus-worker.")
        }
        try context.say("Installing the FOQUS engine")
        var command = Command(script, path.map { [$0] } ?? [], environment: environment())
        command.stdout = .inherit
        command.stderr = .inherit
        let process = try await ProcessSupervisor(loop: context.loop).spawn(command)
        // It has a session of its own, which Ctrl-C does not reach.
        let signals = Task {
            for await _ in UnixSignals.stream([SIGINT, SIGTERM], loop: context.loop) { await process.kill() }
        }
        defer { signals.cancel() }
        switch await process.wait() {
        case .exited(0):
            try context.say("Engine installed")
            if let path {
                context.note("the worker uses it with python = \(path)/bin/python3 in [application.foqus].")
            }
            return .success
        case .exited: throw ServiceError(.other("make-venv failed; it said why above."))
        case .signaled: throw ServiceError(.cancelled, hint: "Run it again: it begins anew.")
        }
    }

    private static func script() -> String? {
        ["make-venv", "../lib/foqus-worker/make-venv"].map { Path.join(OwnProgram.folder, $0) }
            .first { access($0, X_OK) == 0 }
    }

    private static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        for name in [
            "PATH", "HOME", "LANG", "TMPDIR", "FOQUS_RUNNERS", "FOQUS_BASE_PYTHON", "PIP_INDEX_URL", "PIP_FIND_LINKS",
            "PIP_NO_INDEX", "PIP_CERT", "PIP_PROXY", "PIP_CONFIG_FILE", "http_proxy", "https_proxy", "no_proxy",
            "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE",
        ] { variables[name] = UnitPlaces.variable(name) }
        return variables
    }
}
