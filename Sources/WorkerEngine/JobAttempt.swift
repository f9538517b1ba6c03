import Executors
import FOQUSModel
import FileKit
import JSONKit
import Logging
import Stores

/// One attempt at one admitted job.
struct JobAttempt: Sendable {
    /// What the checks before a run say.
    enum Verdict: Sendable {
        case run(any Executor, SimulationListing)
        /// Nothing to run: these effects end the job or the message. `metric` is counted as the job's end.
        case settle([Effect], metric: String, JobOutcome, reason: String)
    }

    let message: AdmittedMessage
    let lease: Lease
    let receiveCount: Int
    let sent: Timestamp
    let id: AttemptID
    let services: JobRunner.Services

    var effects: JobEffects {
        JobEffects(
            attempt: id, worker: services.worker, lease: lease, user: message.user.description, job: message.job,
            session: message.session, waitsForOutput: services.outbox.waitsForOutput, tells: services.tells)
    }

    func record(directory: String?) -> AttemptRecord {
        AttemptRecord(id: id, job: message.job, lease: lease, directory: directory)
    }

    // MARK: for the log

    /// In every entry about the job.
    var facts: Logger.Metadata {
        ["job": message.job, "user": message.user, "simulation": message.simulation, "attempt": receiveCount]
    }

    /// What only those entries have that are found by their fields.
    func story(_ executor: (any Executor)?, _ ran: Duration? = nil) -> Logger.Metadata {
        var story: Logger.Metadata = [
            "session": message.session, "user": message.user, "simulation": message.simulation,
            "attempt": receiveCount, "attemptID": id,
        ]
        if let executor { story["executor"] = .string(executor.kind) }
        if let ran { story["microseconds"] = .integer(ran.wholeMicroseconds) }
        return story
    }

    // MARK: before the run

    /// Rows 11, 13 and 14 of the contract, in its order.
    func check(_ lookups: JobLookups) throws(StoreError) -> Verdict {
        let listing = try lookups.listing(for: message)
        let executor: any Executor
        do throws(SimulationError) { executor = try verify(listing) } catch {
            return .settle(
                effects.refused(.error, message: error.description, text: "job failed in verify: \(error)"),
                metric: "error.job.verify", .refused, reason: error.description)
        }
        guard let snapshot = try lookups.snapshot(for: message) else {
            return .settle(
                effects.refused(
                    .expired, message: "Job \(message.job) expired:  not in the job table", text: "Job has Expired"),
                metric: "expired.job", .refused, reason: "it is not in the job table")
        }
        if let finished = snapshot.finished {
            return finishedAlready("\(finished)")
        }
        if snapshot.state.isFinal || snapshot.state == .stop {
            return finishedAlready(snapshot.state.rawValue)
        }
        return .run(executor, listing)
    }

    private func verify(_ listing: SimulationListing) throws(SimulationError) -> any Executor {
        guard let executor = services.executors.executor(for: message.application) else {
            let known = services.executors.names.joined(separator: ", ")
            throw SimulationError(
                "application \"\(message.application)\" is not served here; this worker has: \(known)")
        }
        guard !listing.files.isEmpty else {
            throw SimulationError(
                "simulation \"\(message.simulation)\" of user \(message.user) does not exist: "
                    + "upload it with foqusctl simulation put")
        }
        try executor.verify(files: listing.files.map(\.path), of: message.simulation)
        return executor
    }

    private func finishedAlready(_ how: String) -> Verdict {
        .settle(effects.ignored("Job State \(how)"), metric: "ignore.job.finished", .dropped, reason: how)
    }

    // MARK: the run

    /// Stages, runs and collects. Runs in a task that is cancelled to cut the job short.
    func stageAndRun(
        _ executor: any Executor, _ listing: SimulationListing, _ notice: StartNotice
    ) async -> AttemptResult {
        var pinned: [StagedSimulation] = []
        let result: AttemptResult
        do {
            let simulation = try await stage(message.simulation, listing)
            pinned.append(simulation)
            var dependencies: [SimulationName: StagedSimulation] = [:]
            for name in try await executor.dependencies(ofSimulationAt: simulation.directory) {
                let staged = try await stage(name, nil)
                pinned.append(staged)
                dependencies[name] = staged
            }
            result = try await run(executor, simulation, dependencies, notice)
        } catch let error as SimulationError {
            result = refusal(error.description)
        } catch let error as StoreError where !error.isTransient && !Task.isCancelled {
            result = refusal(error.description)
        } catch {
            result = Task.isCancelled ? .cancelled : .infrastructure("\(error)")
        }
        for simulation in pinned { await services.workspace.unpin(simulation) }
        return await withRegardToSpace(result)
    }

    /// Fetches a simulation, again and again while the store is away: the job keeps its lease meanwhile, and its attempt.
    /// - Parameter known: its files, where they have been listed already.
    private func stage(_ name: SimulationName, _ known: SimulationListing?) async throws -> StagedSimulation {
        let backoff = Backoff(first: .milliseconds(500), longest: .seconds(5))
        var known = known
        var failures = 0
        while true {
            do {
                let listing: SimulationListing
                if let known {
                    listing = known
                } else {
                    listing = try await services.workspace.listing(of: name, user: message.user)
                }
                // The next time it may be another.
                known = nil
                guard !listing.files.isEmpty else {
                    throw SimulationError(
                        "simulation \"\(message.simulation)\" needs \"\(name)\", which user \(message.user) does not have"
                    )
                }
                let staged = try await services.workspace.stage(listing)
                services.troubles.succeeded("stage", "simulations can be fetched again")
                return staged
            } catch let error as StoreError where error.isWaitedFor && !Task.isCancelled {
                services.troubles.failed("stage", error, "jobs wait: their simulations cannot be fetched")
                failures += 1
                try await services.time.sleep(for: backoff.delay(afterFailures: failures, random: services.random))
            }
        }
    }

    /// What fails while the disk is full may well fail for that reason. A job's own failure is an attempt then, not
    /// its end; that of the machine is not even an attempt, as there may be no space for long.
    private func withRegardToSpace(_ result: AttemptResult) async -> AttemptResult {
        switch result {
        case .infrastructure(let reason) where await !services.workspace.hasSpace():
            return .noSpace("no space left in the worker's state directory: \(reason)")
        case .final(.error, let message?, _, _) where await !services.workspace.hasSpace():
            return .infrastructure("no space left in the worker's state directory: \(message)")
        default: return result
        }
    }

    /// The job cannot be run, by its own fault. Its folder may be half made.
    private func refusal(_ reason: String) -> AttemptResult {
        .final(
            .error, message: reason, output: nil,
            files: [.removeDirectory(path: services.workspace.path(of: id))])
    }

    private func run(
        _ executor: any Executor, _ simulation: StagedSimulation, _ dependencies: [SimulationName: StagedSimulation],
        _ notice: StartNotice
    ) async throws -> AttemptResult {
        let folder = try await services.workspace.prepare(
            id, simulation: simulation
        ) { [message] directory throws(FileError) in
            try executor.furnish(directory, input: message.input, description: message.body)
        }
        if Task.isCancelled { return .cancelled }
        let limits = services.options.limits.limits(
            user: message.user, simulation: message.simulation, application: message.application)
        let job = JobRun(
            job: message.job, attempt: id, session: message.session, user: message.user,
            simulation: message.simulation, application: message.application, input: message.input,
            directory: folder.path, simulationDirectory: simulation.directory,
            dependencyDirectories: dependencies.mapValues(\.directory),
            fingerprint: ([simulation.fingerprint] + dependencies.values.map(\.fingerprint).sorted())
                .joined(separator: "+"),
            timeout: limits.time, limits: limits, conduct: JobConduct(description: message.body))
        let outcome = await executor.run(job) { notice.start() }
        return try await collect(outcome, folder)
    }

    private func collect(_ outcome: Outcome, _ folder: JobFolder) async throws -> AttemptResult {
        let state: JobState
        var message: String?
        var output: JSON?
        switch outcome {
        case .success(let value): (state, output) = (.success, value)
        case .failed(let reason, let value): (state, message, output) = (.error, reason, value)
        case .timedOut(let limit):
            (state, message) = (.error, "killed: it ran longer than its timeout of \(Int(limit.inSeconds)) s")
        case .infrastructure(let reason): return .infrastructure(reason)
        case .cancelled: return .cancelled
        }
        if let value = output { output = try await fit(value, folder) }
        if let text = message { message = try await fit(text, folder) }
        var files: [Effect] = []
        for file in try await services.workspace.harvest(folder) {
            guard let path = try? RelativePath(file.relativePath) else { continue }
            files.append(
                .upload(
                    path: folder.path + "/" + file.relativePath,
                    key: ObjectKeys.jobFile(self.message.user, self.message.session, self.message.job, path)))
        }
        if !files.isEmpty { files.append(.removeDirectory(path: folder.path)) }
        return .final(state, message: message, output: output, files: files)
    }

    /// By value when it fits into a notification, else by reference to the uploaded file.
    private func fit(_ output: JSON, _ folder: JobFolder) async throws -> JSON {
        let text = output.serialized()
        let limit = services.options.outputLimit
        guard text.count > limit || 2 * text.count > limit && BoundedText.publishedSize(text) > limit else {
            return output
        }
        let name = "output.json"
        try await services.workspace.write(text, to: name, in: folder)
        let key = ObjectKeys.jobFile(message.user, message.session, message.job, try RelativePath(name))
        return OutputReference(key: key, size: text.count).json
    }

    /// The whole of a message that no topic takes becomes a file of the job's.
    private func fit(_ message: String, _ folder: JobFolder) async throws -> String {
        guard !BoundedText.fits(message) else { return message }
        let name = "message.txt"
        try await services.workspace.write(Array(message.utf8), to: name, in: folder)
        return BoundedText.cut(message, whole: "\(name) of the job's files")
    }

    // MARK: after the run

    func effects(of end: AttemptEnd, directory: String) -> [Effect] {
        let remove = Effect.removeDirectory(path: directory)
        switch end {
        case .result(.final(let state, let message, let output, let files)):
            return files + effects.final(state, message: message, output: output)
        case .cut(.terminated):
            return [remove] + effects.final(.terminate, message: "killed by its user", output: nil)
        case .cut(.superseded):
            return [remove] + effects.ignored("job \(message.job): another attempt finished it")
        case .cut(.leaseLost): return [remove]
        case .cut(.drained), .cut(.crowded), .result(.cancelled): return [remove] + effects.givenBack()
        case .result(.infrastructure(let text)): return [remove] + afterInfrastructureFailure(text)
        case .result(.noSpace(let text)): return [remove] + withoutSpace(text)
        }
    }

    /// The message goes back for a while: other workers may have space, or this one again.
    private func withoutSpace(_ reason: String) -> [Effect] {
        effects.retried("given back: \(reason)", delay: services.options.retryDelay * 5, countsAsAttempt: false)
    }

    /// Whether another attempt may follow when this one fails because of the machine.
    var mayBeTriedAgain: Bool { receiveCount < services.options.maxAttempts }

    /// Another attempt after a while, or the end of the job when there were enough.
    func afterInfrastructureFailure(_ reason: String) -> [Effect] {
        guard mayBeTriedAgain else {
            let message = "gave up after \(receiveCount) attempts: \(reason)"
            return effects.final(.error, message: message, output: nil)
        }
        let backoff = Backoff(first: services.options.retryDelay, longest: .seconds(300))
        return effects.retried(
            "attempt \(receiveCount) of \(services.options.maxAttempts) failed and will be repeated: \(reason)",
            delay: backoff.delay(afterFailures: receiveCount, random: services.random))
    }
}
