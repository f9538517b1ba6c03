import CryptoTools
public import EventLoop
public import FOQUSModel
import FileKit
import HTTPClient
import JSONKit
public import Logging
import Sinter
import Threading

/// Forwards jobs to a Turbine gateway: those of simulators that need Windows and a licence.
///
/// A job there has an identity that comes from the job's here, so that another attempt finds what an earlier one has begun
/// and does not run it twice.
public final class TurbineExecutor: Executor {
    let options: Options
    private let client: TurbineClient
    private let simulations: TurbineSimulations
    private let pause: LicencePause
    private let loop: EventLoop
    private let files: BlockingPool
    private let log: Logger
    private let trouble = RepeatFilter()

    public init(_ options: Options, loop: EventLoop, log: Logger) {
        let files = BlockingPool(name: "turbine-files", limit: 4)
        let http = HTTPClient(
            loop: loop, options: HTTPClient.Options(caFile: options.authorities, userAgent: "foqus-worker"))
        self.options = options
        self.loop = loop
        self.files = files
        self.log = log
        client = TurbineClient(options, http: http)
        simulations = TurbineSimulations(client, options, files: files)
        pause = LicencePause(options.licencePause, loop: loop)
    }

    public var description: String { "turbine (\(options.application) by \(options.url))" }

    public func verify(files: [String], of simulation: SimulationName) throws(SimulationError) {
        try SinterSimulation.verify(files, of: simulation)
    }

    // MARK: one job

    public func run(_ job: JobRun, started: @escaping @Sendable () -> Void) async -> Outcome {
        let clock = ContinuousClock()
        var hasStarted = false
        let startOnce = {
            if !hasStarted { started() }
            hasStarted = true
        }
        // From the first time that there was no licence on: how long it ran is its own affair.
        var deadline = clock.now + options.licencePatience
        var shortage = "the application pauses, as other jobs found none"
        var hasWaited = false
        while true {
            let admission = await pause.enter(until: deadline)
            switch admission {
            case .cancelled: return .cancelled
            case .tooLate: return .infrastructure(message: "no licence for \(job.application): \(shortage)")
            case .free, .first: break
            }
            let end = await forward(job, startOnce)
            await pause.settled(admission, hadLicence: end.hadLicence)
            guard case .noLicence(let message) = end else { return await outcome(end, job) }
            shortage = message
            if !hasWaited { deadline = clock.now + options.licencePatience }
            hasWaited = true
            if trouble.change(of: "licence", to: "none") != nil {
                log.warning(
                    "no licence: the application pauses", ["application": job.application, "reason": message])
            }
        }
    }

    /// How a job ended there.
    private enum End {
        case done(TurbineJob)
        case noLicence(String)
        case outcome(Outcome)

        var hadLicence: Bool? {
            switch self {
            case .done: true
            case .noLicence: false
            case .outcome: nil
            }
        }
    }

    private func forward(_ job: JobRun, _ started: () -> Void) async -> End {
        do throws(TurbineFailure) {
            let (simulations, client) = (simulations, client)
            let place = try await patiently { () throws(TurbineFailure) in
                let name = try await simulations.ready(for: job)
                do throws(TurbineError) { return try await self.place(job, simulation: name, client) } catch {
                    guard error.code == .notFound else { throw .gateway(error) }
                }
                // It was there once, and somebody removed it.
                await simulations.forget(job)
                let again = try await simulations.ready(for: job)
                do throws(TurbineError) { return try await self.place(job, simulation: again, client) } catch {
                    throw .gateway(error)
                }
            }
            return try await follow(job, place, started)
        } catch {
            switch error {
            case .simulation(let error): return .outcome(.failed(message: error.description, output: nil))
            case .gateway(let error):
                switch error.code {
                case .cancelled: return .outcome(.cancelled)
                case .away, .strange, .notFound, .refused(401), .refused(403):
                    return .outcome(.infrastructure(message: error.description))
                // TurbineLite answers 400 also when its database was busy.
                case .refused(400) where client.dialect == .turbinelite:
                    return .outcome(.infrastructure(message: error.description))
                case .refused: return .outcome(.failed(message: error.description, output: nil))
                }
            }
        }
    }

    /// Where a job is there: a session has one only.
    private struct Place {
        let session: String
        let job: String
    }

    /// The job there: the one that an earlier attempt has begun, or a new one. Nothing is done twice, also when the answer
    /// to the first time was lost.
    ///
    /// One that was ended, or that found no licence, is not taken up: it has its successor.
    private func place(
        _ job: JobRun, simulation: String, _ client: TurbineClient
    ) async throws(TurbineError) -> Place {
        var number = 1
        while true {
            let session = Self.session(of: job, number: number)
            do throws(TurbineError) {
                var found = try await client.firstJob(of: session)
                if let found, isNotToBeTakenUp(found, job) {
                    number += 1
                    continue
                }
                if found == nil {
                    try await client.append(request(job, simulation), to: session)
                    found = try await client.firstJob(of: session)
                }
                guard let found else {
                    throw TurbineError(code: .away, description: "a job is not in the session that it was appended to")
                }
                if found.phase == .waiting { try await client.start(session) }
                return Place(session: session, job: found.id)
            } catch {
                if error.code == .cancelled { await end(session) }
                throw error
            }
        }
    }

    /// Besides those, one without its input: TurbineLite adds that in a second step, which may fail.
    private func isNotToBeTakenUp(_ found: TurbineJob, _ job: JobRun) -> Bool {
        found.phase == .ended || found.phase == .failed && licenceFailure(found) != nil
            || !found.hasInput && job.input.objectValue?.isEmpty == false
    }

    private func request(_ job: JobRun, _ simulation: String) -> JSONObject {
        var request: JSONObject = [
            "Simulation": .string(simulation), "Input": job.input, "Initialize": .bool(job.conduct.initialize),
            "Visible": .bool(job.conduct.visible),
        ]
        // Without a reset the inputs that a job does not give are those of the job before, whoever's it was: only where
        // that is asked for.
        if job.conduct.reset || job.conduct.waivesReset { request["Reset"] = .bool(job.conduct.reset) }
        if client.dialect == .foqus { request["Application"] = .string(options.application) }
        return request
    }

    /// The same for each attempt at a job; another for each job there that is not to be taken up.
    static func session(of job: JobRun, number: Int) -> String {
        let text = "turbine \(job.job) \(number) " + String(decoding: job.input.serialized(), as: UTF8.self)
        return UUIDv4.string(from: Array(SHA1.hash(Array(text.utf8)).prefix(16)))
    }

    // MARK: following it

    private func follow(_ job: JobRun, _ place: Place, _ started: () -> Void) async throws(TurbineFailure) -> End {
        let clock = ContinuousClock()
        var runningSince: ContinuousClock.Instant?
        var interval = options.pollMinimum
        while true {
            let now: TurbineJob
            do throws(TurbineFailure) {
                now = try await patiently { [client] () throws(TurbineFailure) in
                    do throws(TurbineError) { return try await client.job(place.job) } catch { throw .gateway(error) }
                }
            } catch {
                if case .gateway(let error) = error, error.code == .cancelled { await end(place.session) }
                throw error
            }
            if now.phase != .waiting, runningSince == nil {
                started()
                runningSince = clock.now
            }
            if now.isFinal { return await settle(now, place) }
            if let limit = job.timeout, let since = runningSince, clock.now - since > limit {
                await end(place.session)
                return .outcome(.timedOut(after: limit))
            }
            do {
                // Not all at the same moment.
                try await loop.sleep(for: interval * Double.random(in: 0.8...1.2))
            } catch {
                await end(place.session)
                return .outcome(.cancelled)
            }
            interval = min(interval * 1.5, options.pollMaximum)
        }
    }

    private func settle(_ job: TurbineJob, _ place: Place) async -> End {
        if job.phase == .failed, let words = licenceFailure(job) {
            try? await client.delete(session: place.session)
            return .noLicence(words)
        }
        if trouble.change(of: "licence", to: nil) != nil { log.notice("there are licences again", [:]) }
        if job.phase == .success {
            // The result is here; a session that cannot be deleted is no failure of the job.
            try? await client.delete(session: place.session)
        }
        return .done(job)
    }

    private func licenceFailure(_ job: TurbineJob) -> String? {
        job.messages.first { message in
            let folded = message.lowercased()
            return options.licencePatterns.contains { folded.contains($0.lowercased()) }
        }
    }

    private func outcome(_ end: End, _ job: JobRun) async -> Outcome {
        switch end {
        case .outcome(let outcome): return outcome
        case .noLicence(let message): return .infrastructure(message: message)
        case .done(let there):
            let said = there.messages.joined(separator: "; ")
            switch there.phase {
            case .success:
                if there.status == 2 || there.state == "warning" { await keep(there.messages, in: job.directory) }
                return .success(output: there.output ?? [:])
            case .ended:
                return .failed(message: "the job was ended at \(options.url) (\(there.state)): \(said)", output: nil)
            default:
                return .failed(
                    message: said.isEmpty
                        ? "the job ended at \(options.url) as \(there.state), which says no more" : said,
                    output: there.output)
            }
        }
    }

    private func keep(_ messages: [String], in directory: String) async {
        guard !messages.isEmpty else { return }
        let text = Array(messages.map { $0 + "\n" }.joined().utf8)
        await files.run { try? ResultFile.write(text, to: Path.join(directory, SinterExecutor.messagesFile)) }
    }

    /// Ends a session's job, with some seconds for it. In a task of its own, as the one that it is for is cancelled.
    private func end(_ session: String) async {
        let (client, loop) = (client, loop)
        let ending = Task { try await client.kill(session) }
        let guardian = Task {
            try await loop.sleep(for: .seconds(5))
            ending.cancel()
        }
        do { try await ending.value } catch let error as TurbineError where error.code == .notFound {
            // It has not come so far.
        } catch {
            log.warning("a job may still run at the Turbine gateway", ["session": session, "reason": "\(error)"])
        }
        guardian.cancel()
    }

    // MARK: patience

    /// Tries again while the gateway is away, as long as that is bearable.
    private func patiently<Value: Sendable>(
        _ request: @Sendable () async throws(TurbineFailure) -> Value
    ) async throws(TurbineFailure) -> Value {
        let clock = ContinuousClock()
        let begin = clock.now
        var wait = options.pollMinimum
        while true {
            do throws(TurbineFailure) {
                let value = try await request()
                if trouble.change(of: "gateway", to: nil) != nil {
                    log.notice("the Turbine gateway answers again", [:])
                }
                return value
            } catch {
                guard case .gateway(let reason) = error, reason.code == .away,
                    clock.now - begin < options.outagePatience
                else { throw error }
                if trouble.change(of: "gateway", to: "away") != nil {
                    log.warning("jobs wait for the Turbine gateway", ["reason": reason.description])
                }
                do { try await loop.sleep(for: wait * Double.random(in: 0.8...1.2)) } catch {
                    throw .gateway(TurbineError(code: .cancelled, description: "cancelled"))
                }
                wait = min(wait * 2, options.pollMaximum)
            }
        }
    }
}
