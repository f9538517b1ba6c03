import CryptoTools
public import EventLoop
public import FOQUSModel
public import FileKit
import HTTPClient
public import JSONKit
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

    public func furnish(
        _ directory: String, input: JSON, description: JSONObject
    ) throws(FileError) -> Set<String> { [] }

    public func dependencies(ofSimulationAt directory: String) async throws(SimulationError) -> [SimulationName] { [] }

    public func shutdown() async {}

    // MARK: one job

    public func run(_ job: JobRun, started: @escaping @Sendable () -> Void) async -> Outcome {
        let clock = ContinuousClock()
        let begin = clock.now
        var hasStarted = false
        let startOnce = {
            if !hasStarted { started() }
            hasStarted = true
        }
        while true {
            await pause.enter()
            if Task.isCancelled {
                await pause.settled(hadLicence: nil)
                return .cancelled
            }
            let end = await forward(job, startOnce)
            guard case .noLicence(let message) = end else {
                await pause.settled(hadLicence: end.hadLicence)
                return await outcome(end, job)
            }
            await pause.settled(hadLicence: false)
            if trouble.change(of: "licence", to: "none") != nil {
                log.warning(
                    "no licence: the application pauses", ["application": job.application, "reason": message])
            }
            if clock.now - begin > options.licencePatience {
                return .infrastructure(message: "no licence for \(job.application): \(message)")
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
            let name = try await patiently { [simulations] () throws(TurbineFailure) in
                try await simulations.ready(for: job)
            }
            let place = try await place(job, simulation: name)
            return try await follow(job, place, started)
        } catch {
            switch error {
            case .simulation(let error): return .outcome(.failed(message: error.description, output: nil))
            case .gateway(let error):
                switch error.code {
                case .cancelled: return .outcome(.cancelled)
                case .away, .strange, .notFound, .refused(401), .refused(403):
                    return .outcome(.infrastructure(message: error.description))
                case .refused: return .outcome(.failed(message: error.description, output: nil))
                }
            }
        }
    }

    private struct Place {
        let session: String
        let job: String
    }

    /// The job there: the one that an earlier attempt has begun, or a new one.
    ///
    /// One that was ended, or that found no licence, is not taken up: it has its successor.
    private func place(_ job: JobRun, simulation: String) async throws(TurbineFailure) -> Place {
        let client = client
        var number = 1
        while true {
            let guid = Self.identity(of: job, number: number)
            let found = try await asking { () throws(TurbineError) in
                switch client.dialect {
                case .foqus: try await client.jobs(of: guid).first
                case .turbinelite: try await client.jobs(ofSimulation: simulation).first { $0.guid == guid }
                }
            }
            guard let found else { return try await newPlace(job, simulation, guid) }
            if found.phase == .ended || found.phase == .failed && licenceFailure(found) != nil {
                number += 1
                continue
            }
            log.info("a job that an earlier attempt has begun is followed", ["job": job.job, "there": found.id])
            let session = found.session ?? guid
            if found.phase == .waiting {
                try await asking { () throws(TurbineError) in try await client.start(session) }
            }
            return Place(session: session, job: found.id)
        }
    }

    private func newPlace(_ job: JobRun, _ simulation: String, _ guid: String) async throws(TurbineFailure) -> Place {
        let client = client
        let session = try await asking { () throws(TurbineError) in try await client.makeSession(guid) }
        var request: JSONObject = [
            "Simulation": .string(simulation), "Input": job.input, "Initialize": .bool(job.conduct.initialize),
            "Reset": .bool(job.conduct.reset), "Visible": .bool(job.conduct.visible),
        ]
        switch client.dialect {
        case .turbinelite: request["Guid"] = .string(guid)
        case .foqus: request["Application"] = .string(options.application)
        }
        let appended = request
        let id = try await asking { () throws(TurbineError) in try await client.append(appended, to: session) }
        try await asking { () throws(TurbineError) in try await client.start(session) }
        return Place(session: session, job: id)
    }

    /// The same for each attempt at a job; another for each job there that is not to be taken up.
    static func identity(of job: JobRun, number: Int) -> String {
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
                now = try await asking { [client] () throws(TurbineError) in try await client.job(place.job) }
            } catch {
                if case .gateway(let error) = error, error.code == .cancelled { await end(place) }
                throw error
            }
            if now.phase != .waiting, runningSince == nil {
                started()
                runningSince = clock.now
            }
            if now.isFinal { return await settle(now, place) }
            if let limit = job.timeout, let since = runningSince, clock.now - since > limit {
                await end(place)
                return .outcome(.timedOut(after: limit))
            }
            do {
                // Not all at the same moment.
                try await loop.sleep(for: interval * Double.random(in: 0.8...1.2))
            } catch {
                await end(place)
                return .outcome(.cancelled)
            }
            interval = min(interval * 1.5, options.pollMaximum)
        }
    }

    private func settle(_ job: TurbineJob, _ place: Place) async -> End {
        if job.phase == .failed, let words = licenceFailure(job) { return .noLicence(words) }
        if trouble.change(of: "licence", to: nil) != nil { log.notice("there are licences again", [:]) }
        if job.phase == .success {
            // A result is kept here; a session that cannot be deleted is no failure of the job.
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
                await keep(there.messages, in: job.directory)
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

    /// Ends a job there, with some seconds for it. In a task of its own, as the one that it is for is cancelled.
    private func end(_ place: Place) async {
        let client = client
        let ending = Task { try await client.end(place.job, in: place.session) }
        let loop = loop
        let guardian = Task {
            try await loop.sleep(for: .seconds(5))
            ending.cancel()
        }
        do { try await ending.value } catch {
            log.warning("a job may still run at the Turbine gateway", ["there": place.job, "reason": "\(error)"])
        }
        guardian.cancel()
    }

    // MARK: patience

    private func asking<Value: Sendable>(
        _ request: @Sendable () async throws(TurbineError) -> Value
    ) async throws(TurbineFailure) -> Value {
        try await patiently { () throws(TurbineFailure) in
            do throws(TurbineError) { return try await request() } catch { throw .gateway(error) }
        }
    }

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
