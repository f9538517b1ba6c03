import FOQUSModel
import JSONKit

@testable import ControlCommands

/// A gateway with a worker in memory. Each look at a session's summary lets the worker do a step.
actor FakeGateway: GatewayService {
    struct Behaviour: Sendable {
        /// Jobs that finish in a step.
        var jobsPerStep = 1000
        /// Jobs, counted from 0 over all sessions, that end in error.
        var failing: Set<Int> = []
        /// Errors for the next calls by the name of the method, in order.
        var errors: [String: [ControlError]] = [:]
        /// Jobs that never finish.
        var stuck: Set<Int> = []
    }

    struct FakeJob: Sendable {
        let id: JobID
        let number: Int
        let members: JSONObject
        var state = JobState.create
        var page = 0
    }

    var behaviour: Behaviour
    private(set) var sessionOrder: [SessionID] = []
    private(set) var jobs: [SessionID: [FakeJob]] = [:]
    private(set) var finishedOrder: [SessionID: [Int]] = [:]
    private var pages: [SessionID: Int] = [:]
    private(set) var simulationEntries: [ListedSimulation]
    private(set) var uploads: [(resource: SimulationResource, content: [UInt8])] = []
    /// Names of the methods that were called; `summary` only once in a row.
    private(set) var calls: [String] = []
    private var onSummary: (@Sendable (Int) -> Void)?
    private var summaryCount = 0
    private var counter = 0

    init(_ behaviour: Behaviour = Behaviour(), simulations: [ListedSimulation] = []) {
        self.behaviour = behaviour
        simulationEntries = simulations
    }

    /// Calls `body` with the number of each look at a summary, from 1.
    func onSummary(_ body: @escaping @Sendable (Int) -> Void) { onSummary = body }

    private func note(_ call: String) throws(ControlError) {
        if calls.last != call { calls.append(call) }
        guard var errors = behaviour.errors[call], !errors.isEmpty else { return }
        let error = errors.removeFirst()
        behaviour.errors[call] = errors
        throw error
    }

    private func identifier() -> UUIDText {
        counter += 1
        var bytes = [UInt8](repeating: 0, count: 16)
        for index in 0..<4 { bytes[15 - index] = UInt8(truncatingIfNeeded: counter >> (8 * index)) }
        return UUIDText(random: bytes)
    }

    func createSession() async throws(ControlError) -> SessionID {
        try note("createSession")
        let id = SessionID(identifier())
        sessionOrder.append(id)
        jobs[id] = []
        return id
    }

    func append(_ new: [JSONObject], to session: SessionID) async throws(ControlError) -> [JobID] {
        try note("append")
        var ids: [JobID] = []
        for members in new {
            let number = jobs.values.reduce(0) { $0 + $1.count }
            let id = JobID(identifier())
            jobs[session, default: []].append(FakeJob(id: id, number: number, members: members))
            ids.append(id)
        }
        return ids
    }

    func start(_ session: SessionID) async throws(ControlError) -> Int {
        try note("start")
        return move(session, from: [.create, .stop], to: .submit)
    }

    func stop(_ session: SessionID) async throws(ControlError) {
        try note("stop")
        _ = move(session, from: [.submit], to: .stop)
    }

    func kill(_ session: SessionID) async throws(ControlError) {
        try note("kill")
        for (index, job) in jobs[session, default: []].enumerated() where !job.state.isFinal {
            finish(index, of: session, .terminate)
        }
    }

    func sessions() async throws(ControlError) -> [SessionID] {
        try note("sessions")
        return sessionOrder
    }

    func summary(of session: SessionID) async throws(ControlError) -> SessionSummary {
        try note("summary")
        summaryCount += 1
        onSummary?(summaryCount)
        guard let all = jobs[session] else { throw ControlError(.notFound, "there is no session \(session).") }
        var left = behaviour.jobsPerStep
        for (index, job) in all.enumerated() where job.state == .submit && left > 0 {
            left -= 1
            if behaviour.stuck.contains(job.number) {
                jobs[session]?[index].state = .running
            } else {
                finish(index, of: session, behaviour.failing.contains(job.number) ? .error : .success)
            }
        }
        return SessionSummary(
            counts: Dictionary(jobs[session, default: []].map { ($0.state, 1) }, uniquingKeysWith: +))
    }

    func jobs(of session: SessionID) async throws(ControlError) -> [JobID] {
        try note("jobs")
        return jobs[session, default: []].map(\.id)
    }

    func makeResultPage(of session: SessionID) async throws(ControlError) -> Int {
        try note("makeResultPage")
        var page = pages[session, default: 0]
        let open = finishedOrder[session, default: []].filter { jobs[session]?[$0].page == 0 }
        if !open.isEmpty { page += 1 }
        for index in open { jobs[session]?[index].page = page }
        pages[session] = page
        return page
    }

    func resultPage(_ number: Int, of session: SessionID) async throws(ControlError) -> [JSON] {
        try note("resultPage")
        let all = jobs[session, default: []]
        return finishedOrder[session, default: []].filter { all[$0].page == number }.map { Self.record(all[$0]) }
    }

    func simulations() async throws(ControlError) -> [ListedSimulation] {
        try note("simulations")
        return simulationEntries
    }

    func create(_ simulation: SimulationName, application: String) async throws(ControlError) {
        try note("create")
        guard !simulationEntries.contains(where: { $0.name == simulation.description }) else { return }
        simulationEntries.append(ListedSimulation(name: simulation.description, application: application))
    }

    func upload(
        _ content: [UInt8], as resource: SimulationResource, of simulation: SimulationName
    ) async throws(ControlError) {
        try note("upload")
        uploads.append((resource, content))
    }

    private func move(_ session: SessionID, from: Set<JobState>, to state: JobState) -> Int {
        var count = 0
        for (index, job) in jobs[session, default: []].enumerated() where from.contains(job.state) {
            jobs[session]?[index].state = state
            count += 1
        }
        return count
    }

    private func finish(_ index: Int, of session: SessionID, _ state: JobState) {
        jobs[session]?[index].state = state
        // Newest first, so that nobody can rely on the order of finishing.
        finishedOrder[session, default: []].insert(index, at: 0)
    }

    /// A record as of a flowsheet that doubles `calc.x`.
    private static func record(_ job: FakeJob) -> JSON {
        var record: JSONObject = [
            "Id": .string(job.id.description), "Type": "Job", "State": .string(job.state.rawValue),
            "Input": job.members["Input"] ?? .object([:]), "Simulation": job.members["Simulation"] ?? .null,
        ]
        switch job.state {
        case .success:
            let x = job.members["Input"]?["calc"]?["x"]?.doubleValue ?? 0
            record["Output"] = ["graphError": 0, "output": ["graph": [:], "calc": ["z": .number(2 * x)]]]
        case .error: record["Message"] = "the model failed,\nas \"told\""
        default: break
        }
        return .object(record)
    }
}
