import FOQUSModel
import HTTPClient
import JSONKit

/// Speaks to a Turbine gateway in one of its dialects (TurbineLite's REST interface; docs/rest-api.md).
struct TurbineClient: Sendable {
    let dialect: TurbineExecutor.Options.Dialect
    private let base: String
    private let authentication: ClientRequest.BasicAuth?
    private let http: HTTPClient
    private let timeout: Duration
    private let section: String

    init(_ options: TurbineExecutor.Options, http: HTTPClient) {
        dialect = options.dialect
        base = options.url.last == "/" ? String(options.url.dropLast()) : options.url
        authentication = options.user.map { ClientRequest.BasicAuth(user: $0, password: options.password) }
        self.http = http
        timeout = options.requestTimeout
        section = options.settingsSection
    }

    // MARK: simulations

    /// A simulation as the gateway has it.
    struct Simulation: Sendable {
        /// Of this version; nil where there are no versions.
        let version: String?
        /// Its files, with the SHA-1 of those whose content is known.
        let inputs: [String: String?]
    }

    /// Nil when there is no such simulation.
    func simulation(_ name: String) async throws(TurbineError) -> Simulation? {
        let answer: JSON
        do throws(TurbineError) {
            answer = try await json("GET", RequestPath("simulation", name).query(["verbose": "true"]))
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
        var inputs: [String: String?] = [:]
        for input in answer["StagedInputs"]?.arrayValue ?? [] {
            guard let name = input["Name"]?.stringValue else { continue }
            // It holds a SHA-1, whatever it is called.
            inputs[name] = .some(input["MD5Sum"]?.stringValue?.lowercased())
        }
        return Simulation(version: dialect == .turbinelite ? answer["Id"]?.stringValue : nil, inputs: inputs)
    }

    func makeSimulation(_ name: String, application: String) async throws(TurbineError) {
        _ = try await send(
            "PUT", RequestPath("simulation", name),
            ["Name": .string(name), "Application": .string(application), "StagedInputs": []])
    }

    /// The applications that the gateway serves.
    func applications() async throws(TurbineError) -> [String] {
        (try await json("GET", RequestPath("application"), slash: true).arrayValue ?? [])
            .compactMap { $0["Name"]?.stringValue }
    }

    /// A large file takes as long as it takes, but must not stand still.
    func stage(_ bytes: [UInt8], as name: String, of simulation: String) async throws(TurbineError) {
        _ = try await send(
            "PUT", RequestPath("simulation", simulation, "input").appending(path: name), body: bytes,
            type: "application/octet-stream", isLong: true)
    }

    // MARK: jobs

    /// Both dialects make a session that nobody has yet of whatever id the first job is appended to.
    ///
    /// Not to be repeated without a look: an answer that was lost may have been a success.
    func append(_ job: JSONObject, to session: String) async throws(TurbineError) {
        let answer = try await json("POST", RequestPath("session", session), [.object(job)])
        guard answer.arrayValue?.first.flatMap(Self.id) != nil else { throw strange("POST /session/…", answer) }
    }

    func start(_ session: String) async throws(TurbineError) {
        _ = try await send("POST", RequestPath("session", session, "start"))
    }

    func job(_ id: String) async throws(TurbineError) -> TurbineJob {
        let answer = try await json("GET", RequestPath("job", id).query(["verbose": "true"]))
        guard let job = TurbineJob(answer) else { throw strange("GET /job/\(id)", answer) }
        return job
    }

    /// The first job of a session; nil when there is no such session.
    func firstJob(of session: String) async throws(TurbineError) -> TurbineJob? {
        do throws(TurbineError) {
            let answer = try await json("GET", RequestPath("session", session).query(["verbose": "true"]))
            return answer.arrayValue?.first.flatMap(TurbineJob.init)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    /// Ends the jobs of a session, also those that run.
    func kill(_ session: String) async throws(TurbineError) {
        _ = try await send("POST", RequestPath("session", session, "kill"))
    }

    /// Where the gateway can.
    func delete(session: String) async throws(TurbineError) {
        if dialect == .turbinelite { _ = try await send("DELETE", RequestPath("session", session)) }
    }

    static func id(_ json: JSON) -> String? { json.stringValue ?? json.intValue.map { String($0) } }

    // MARK: requests

    private func json(
        _ method: String, _ path: RequestPath, _ body: JSON? = nil, slash: Bool = false
    ) async throws(TurbineError) -> JSON {
        let bytes = try await send(method, path, body, slash: slash)
        do { return try JSON.parse(bytes, options: .lenientNumbers) } catch {
            throw TurbineError(
                code: .strange, description: "\(method) \(base)\(path) was not answered with JSON: \(error)")
        }
    }

    private func send(
        _ method: String, _ path: RequestPath, _ body: JSON?, slash: Bool = false
    ) async throws(TurbineError) -> [UInt8] {
        try await send(method, path, body: body?.serialized() ?? [], type: "application/json", slash: slash)
    }

    private func send(_ method: String, _ path: RequestPath) async throws(TurbineError) -> [UInt8] {
        try await send(method, path, body: [], type: "application/json")
    }

    private func send(
        _ method: String, _ path: RequestPath, body: [UInt8], type: String, slash: Bool = false,
        isLong: Bool = false
    ) async throws(TurbineError) -> [UInt8] {
        let url = "\(base)\(path)\(slash ? "/" : "")"
        let answer: ClientResponse
        do throws(HTTPClientError) {
            answer = try await http.send(
                ClientRequest(
                    method: method, url: url, headers: [("Content-Type", type)], body: body,
                    timeout: isLong ? .seconds(6 * 3600) : timeout, basicAuth: authentication,
                    inactivityTimeout: isLong ? timeout : nil))
        } catch {
            let code: TurbineError.Code = error.code == .cancelled ? .cancelled : .away
            throw TurbineError(code: code, description: "the Turbine gateway cannot be reached: \(error)")
        }
        guard answer.status >= 300 else { return answer.body }
        let said = LogText.tail(answer.body, lines: 2, limit: 300)
        let what = "\(method) \(url) was answered \(answer.status)\(said.isEmpty ? "" : ": \(said)")"
        switch answer.status {
        case 401, 403:
            throw TurbineError(
                code: .refused(answer.status), description: "\(what); see user and password_file in [\(section)]")
        case 404: throw TurbineError(code: .notFound, description: "\(what); see url in [\(section)]")
        case 408, 429, 500...: throw TurbineError(code: .away, description: what)
        default: throw TurbineError(code: .refused(answer.status), description: what)
        }
    }

    private func strange(_ request: String, _ answer: JSON) -> TurbineError {
        TurbineError(
            code: .strange,
            description: "\(base) answers \(request) with \(answer.text().prefix(120)): is it a Turbine gateway?")
    }
}
