import FOQUSModel
import JSONKit
import Threading

/// `foqusctl run SIMULATION INPUTS`: from a model and a list of inputs to results, in one go.
struct RunCommand: Sendable {
    struct Options: Sendable {
        var simulation: SimulationArgument
        var input: InputOptions
        var output: ResultFile?
        /// Rows of the table; nil for all.
        var rows: Int?
        var application: String?
        var reset = false
        var timeout: Duration?
        /// Without it the first failure takes the jobs that have not begun off the queue.
        var keepGoing = false
        /// Leave the session running.
        var detach = false
    }

    /// New results after which a page is read while jobs still run.
    private static let pageSize = 250

    let context: CommandContext
    let options: Options
    private let display: ProgressDisplay
    private var gateway: any GatewayService { context.gateway }

    init(_ context: CommandContext, _ options: Options) {
        self.context = context
        self.options = options
        display = context.display(options.simulation.name.description)
    }

    func run() async throws(ControlError) {
        var template = JobTemplate(
            simulation: options.simulation.name, application: options.application, reset: options.reset)
        var jobs = try await options.input.jobs(template, context)
        template.application = try await provideSimulation() ?? options.application
        if template.application != options.application {
            for index in jobs.indices where jobs[index]["Application"] == nil {
                jobs[index]["Application"] = template.application.map { .string($0) }
            }
        }
        let session = try await gateway.createSession()
        let ids = try await submit(jobs, to: session)
        if !context.quiet {
            display.say("session \(session): \(ids.count.of("job")) of \(options.simulation.name) started")
        }
        if options.detach { return try detach(session, ids.count) }
        try await finish(session, ids)
    }

    /// Uploads a local simulation, or looks for it on the gateway. Returns the application that its jobs must name;
    /// nil for a flowsheet, which is what jobs are by default.
    private func provideSimulation() async throws(ControlError) -> String? {
        let application: String?
        switch options.simulation {
        case .local(let path, let name):
            application = try await SimulationUploader(gateway: gateway, files: context.files, progress: display)
                .upload([path], as: name, application: options.application).application
        case .named(let name):
            let simulations = try await gateway.simulations()
            guard let simulation = simulations.first(where: { $0.name == name.description }) else {
                let names = simulations.prefix(8).map(\.name).joined(separator: ", ")
                throw ControlError(
                    .notFound,
                    "the gateway has no simulation \(name)\(names.isEmpty ? "" : "; it has \(names)")."
                        + " Upload it with foqusctl simulation put, or name a path, as ./\(name).")
            }
            application = simulation.application
        }
        return application.flatMap { $0.isEmpty || $0 == "foqus" ? nil : $0 }
    }

    /// Appends and starts. What fails before the start leaves nothing that runs.
    private func submit(_ jobs: [JSONObject], to session: SessionID) async throws(ControlError) -> [JobID] {
        let ids: [JobID]
        do throws(ControlError) {
            ids = try await JobSender(gateway: gateway, display: display).append(jobs, to: session)
        } catch {
            display.clear()
            // Best effort: jobs that were appended wait for a start that never comes.
            try? await gateway.kill(session)
            throw ControlError(error.code, "\(error) Nothing was started.")
        }
        do throws(ControlError) {
            _ = try await gateway.start(session)
        } catch {
            throw ControlError(
                error.code,
                "\(error) Session \(session) may have been started: look with foqusctl session status \(session)")
        }
        return ids
    }

    private func detach(_ session: SessionID, _ count: Int) throws(ControlError) {
        if !context.quiet { sayHowToComeBack(session) }
        try context.answer(
            [
                "Session": .string(session.description), "Simulation": .string(options.simulation.name.description),
                "Jobs": .int(Int64(count)),
            ], text: "\(session)\n")
    }

    private func sayHowToComeBack(_ session: SessionID) {
        display.say("come back with: foqusctl session wait \(session)")
        display.say("results:        foqusctl session results \(session)")
        display.say("end it:         foqusctl session kill \(session)")
    }

    private func finish(_ session: SessionID, _ ids: [JobID]) async throws(ControlError) {
        let collector = ResultCollector(gateway: gateway, session: session, order: ids)
        let brake = FailureBrake(gateway: gateway, session: session, isOn: !options.keepGoing)
        let end: InterruptibleWait.End
        do throws(ControlError) {
            end = try await InterruptibleWait(context: context, display: display, session: session)
                .run(timeout: options.timeout, onInterrupt: .kill) { summary throws(ControlError) in
                    try await brake.look(at: summary)
                    try await collector.collect(ifNew: Self.pageSize, of: summary.finished)
                }
        } catch {
            sayHowToComeBack(session)
            throw error
        }
        if case .left = end {
            sayHowToComeBack(session)
            throw ControlError(.interrupted, "no longer waiting; session \(session) goes on.")
        }
        let summary = try await gateway.summary(of: session)
        display.finish(summary)
        try await collector.collect()
        try await deliver(await collector.results, summary, session)
        if case .killed = end { throw ControlError(.interrupted, "session \(session) was killed.") }
        if summary.unstarted > 0 {
            throw ControlError(
                .jobsFailed,
                "stopped at the first failure: \(summary.stateText). Go on with foqusctl session start \(session);"
                    + " --keep-going runs all jobs whatever happens.")
        }
        try summary.requireSuccess()
    }

    private func deliver(
        _ results: ResultSet, _ summary: SessionSummary, _ session: SessionID
    ) async throws(ControlError) {
        if let file = options.output {
            try await context.files.run { () throws(ControlError) in try file.write(results, of: session) }
            if !context.quiet { display.say("wrote \(results.summary.total.of("result")) to \(file.path)") }
        }
        guard context.json else {
            return try context.console.write(
                ResultTable(width: context.console.outputWidth, rowLimit: options.rows).text(results))
        }
        var object = summary.json(of: session)
        object["Simulation"] = .string(options.simulation.name.description)
        if let file = options.output {
            object["Output"] = .string(file.path)
            return try context.console.write(JSON.object(object).serialized() + [UInt8(ascii: "\n")])
        }
        // The records are there as text: they are put in as such rather than read again.
        var document = JSON.object(object).serialized()
        document.removeLast()
        try context.console.write(document + Array(",\"Results\":".utf8) + results.jsonText().dropLast() + [125, 10])
    }
}

/// Takes the jobs that have not begun off the queue when the first one fails.
actor FailureBrake {
    private let gateway: any GatewayService
    private let session: SessionID
    private var isOn: Bool

    init(gateway: any GatewayService, session: SessionID, isOn: Bool) {
        self.gateway = gateway
        self.session = session
        self.isOn = isOn
    }

    func look(at summary: SessionSummary) async throws(ControlError) {
        guard isOn, summary.failed > 0 else { return }
        if summary.waiting > 0 { try await gateway.stop(session) }
        isOn = false
    }
}
