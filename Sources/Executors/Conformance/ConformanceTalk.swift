import EventLoop
import FOQUSModel
import FileKit
import JSONKit
import Logging
import ProcessKit
import Threading

/// A talk with one runner under test.
struct ConformanceTalk: Sendable {
    let runner: Runner
    let options: RunnerConformance.Options

    func start(_ id: String, _ input: JSON, timeout: Duration? = nil) async throws(Breach) {
        await runner.send(
            .run(
                RunRequest(
                    id: id, input: input, directory: Path.join(options.workDirectory, "job"), timeout: timeout,
                    details: JobConduct().details)))
        guard case .started(id) = try await event("started", within: options.patience) else {
            throw .broken("the first event of job \(id) was not started")
        }
    }

    /// A job with the input that is to succeed.
    func succeed(_ id: String) async throws(Breach) {
        try await start(id, options.input)
        let result = try await result(id, within: options.patience)
        guard result.status == .success else {
            throw .broken("the job ended with \(result.status): \(result.message)")
        }
    }

    func result(_ id: String, within limit: Duration) async throws(Breach) -> RunnerResult {
        switch try await event("a result", within: limit) {
        case .result(id, let result): return result
        case .result(let other, _): throw .broken("the result was for job \"\(other)\", not for \"\(id)\"")
        case let event: throw .broken("it sent \(event) in place of a result")
        }
    }

    func ping(running: String?) async throws(Breach) {
        await runner.send(.ping)
        guard case .pong(running) = try await event("a pong", within: .seconds(2)) else {
            throw .broken("the answer was no pong with \"running\": \(running.map { "\"\($0)\"" } ?? "null")")
        }
    }

    func rejection(of line: String, job: String?) async throws(Breach) {
        guard case .rejected(job, _) = try await event("rejected", within: .seconds(5)) else {
            throw .broken(
                "it did not reject \(line)" + (job.map { " with \"id\": \"\($0)\"" } ?? ""))
        }
    }

    func end(within limit: Duration) async throws(Breach) {
        while true {
            switch await runner.arrival(within: limit) {
            case .ended: return
            case .event: continue  // as the result of a job that it ended
            case .nothing: throw .broken("it was still there after \(limit)")
            }
        }
    }

    private func event(_ wanted: String, within limit: Duration) async throws(Breach) -> RunnerEvent {
        switch await runner.arrival(within: limit) {
        case .event(let event): return event
        case .nothing: throw .broken("\(wanted) did not come within \(limit)")
        case .ended(let reason): throw .broken("it ended in place of \(wanted): \(reason)")
        }
    }
}

extension RunnerConformance {
    /// Starts a runner, and ends it with all that it started whatever happens.
    func withRunner(
        loaded: Bool = true, _ body: (ConformanceTalk) async throws(Breach) -> Void
    ) async throws(Breach) {
        let launcher = RunnerLauncher(
            program, supervisor: supervisor, loop: loop, files: files, isolation: .none,
            log: Logger(label: "", sink: NullSink()))
        let runner: Runner
        do throws(RunnerFailure) {
            runner = try await launcher.start(purpose, nil, loads: loaded)
        } catch {
            throw .broken(error.reason)
        }
        let failure: Breach?
        do throws(Breach) {
            let job = Path.join(options.workDirectory, "job")
            do throws(FileError) {
                try await files.run { () throws(FileError) in try Directory.create(job) }
            } catch {
                throw .notTried("\(error)")
            }
            try await body(ConformanceTalk(runner: runner, options: options))
            failure = nil
        } catch {
            failure = error
        }
        await launcher.end(runner, because: "the test is over")
        if let failure { throw failure }
    }

    private var purpose: RunnerPurpose {
        var load = options.load
        load["directory"] = .string(options.simulation)
        return RunnerPurpose(
            name: "foqus-conformance", subject: "the test", limits: JobLimits(), share: Sandbox.Share(), load: load)
    }

    private var program: RunnerProgram {
        let command = options.command
        return RunnerProgram(
            name: "runner", workDirectory: Path.join(options.workDirectory, "homes"), startTimeout: options.patience,
            loadTimeout: options.patience,
            command: { folder, _ in
                .init(
                    command[0], Array(command.dropFirst()), environment: RunnerProgram.environment(folder, [:]),
                    directory: folder)
            },
            remedy: { $0 })
    }
}
