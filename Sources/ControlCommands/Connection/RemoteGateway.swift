import EventLoop
import FOQUSModel
import GatewayClient
import HTTPClient
import JSONKit

/// A gateway reached by HTTP; says in the user's words what goes wrong.
struct RemoteGateway: GatewayService {
    /// Jobs in one answer when all are read.
    private static let pageSize = 2000

    let client: GatewayClient
    let access: ConnectionSettings.Access

    /// Sends nothing yet.
    ///
    /// - Parameters:
    ///   - loop: must run as long as the gateway is used.
    ///   - version: of foqusctl, told to the gateway.
    static func connect(_ access: ConnectionSettings.Access, loop: EventLoop, version: String) -> RemoteGateway {
        let options = HTTPClient.Options(caFile: access.caFile, userAgent: "foqusctl/\(version)")
        let client = GatewayClient(
            baseURL: access.gateway,
            credentials: access.credentials.map { .init(user: $0.user, password: $0.password) },
            http: HTTPClient(loop: loop, options: options))
        return RemoteGateway(client: client, access: access)
    }

    func createSession() async throws(ControlError) -> SessionID {
        try await asking("create a session") { client throws(GatewayClientError) in try await client.createSession() }
    }

    func append(_ jobs: [JSONObject], to session: SessionID) async throws(ControlError) -> [JobID] {
        try await asking("append jobs to session \(session)") { client throws(GatewayClientError) in
            try await client.append(jobs, to: session)
        }
    }

    func start(_ session: SessionID) async throws(ControlError) -> Int {
        try await asking("start session \(session)") { client throws(GatewayClientError) in
            try await client.start(session).count
        }
    }

    func stop(_ session: SessionID) async throws(ControlError) {
        try await asking("stop session \(session)") { client throws(GatewayClientError) in
            try await client.stop(session)
        }
    }

    func kill(_ session: SessionID) async throws(ControlError) {
        try await asking("kill session \(session)") { client throws(GatewayClientError) in
            try await client.kill(session)
        }
    }

    func sessions() async throws(ControlError) -> [SessionID] {
        try await asking("list sessions") { client throws(GatewayClientError) in try await client.sessions() }
    }

    func summary(of session: SessionID) async throws(ControlError) -> SessionSummary {
        try await asking("look at session \(session)") { client throws(GatewayClientError) in
            try await client.summary(of: session)
        }
    }

    func jobs(of session: SessionID) async throws(ControlError) -> [JobID] {
        try await asking("list the jobs of session \(session)") { client throws(GatewayClientError) in
            var ids: [JobID] = []
            while true {
                let page = try await client.jobs(of: session, page: ids.count / Self.pageSize + 1, size: Self.pageSize)
                ids += page.map(\.id)
                if page.count < Self.pageSize { return ids }
            }
        }
    }

    func makeResultPage(of session: SessionID) async throws(ControlError) -> Int {
        try await asking("get results of session \(session)") { client throws(GatewayClientError) in
            try await client.makeResultPage(of: session)
        }
    }

    func resultPage(_ number: Int, of session: SessionID) async throws(ControlError) -> [JSON] {
        try await asking("get results of session \(session)") { client throws(GatewayClientError) in
            try await client.resultPage(number, of: session)
        }
    }

    func simulations() async throws(ControlError) -> [ListedSimulation] {
        try await asking("list simulations") { client throws(GatewayClientError) in
            try await client.simulations().map { ListedSimulation(name: $0.name, application: $0.application) }
        }
    }

    func create(_ simulation: SimulationName, application: String) async throws(ControlError) {
        try await asking("create simulation \(simulation)") { client throws(GatewayClientError) in
            try await client.createSimulation(simulation, application: application)
        }
    }

    func upload(
        _ content: [UInt8], as resource: SimulationResource, of simulation: SimulationName
    ) async throws(ControlError) {
        try await asking("upload to simulation \(simulation)") { client throws(GatewayClientError) in
            switch resource {
            case .configuration: try await client.putConfiguration(content, of: simulation)
            case .file(let path): try await client.putInput(content, path, of: simulation)
            }
        }
    }

    /// - Parameter what: was tried, for messages.
    private func asking<Value>(
        _ what: String, _ body: (GatewayClient) async throws(GatewayClientError) -> Value
    ) async throws(ControlError) -> Value {
        do {
            return try await body(client)
        } catch {
            throw GatewayFailure(access: access, tried: what).error(error)
        }
    }
}
