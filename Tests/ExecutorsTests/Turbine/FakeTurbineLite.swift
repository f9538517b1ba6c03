import CryptoTools
import HTTPServer
import JSONKit
import Threading

/// A Turbine gateway on a real socket that runs nothing: a job is as far as a test has it.
final class FakeTurbineLite: Sendable {
    struct Job: Sendable {
        let number: Int
        let request: JSON
        /// The states that it is seen in, one for each look; the last one stays.
        var states: [String]
        var output: JSON = .null
        var status = 0
        var messages: [String] = []
    }

    struct State: Sendable {
        var simulations: [String: [String: [UInt8]]] = [:]
        var versions: [String: Int] = [:]
        var sessions: [String: [Int]] = [:]
        var jobs: [Int: Job] = [:]
        /// What becomes of the next jobs, in order; success with an output when there is nothing.
        var fates: [Job] = []
        var requests: [String] = []
        /// So many requests are answered 503.
        var outages = 0
        /// The next append is done, and answered 503.
        var losesAnAnswer = false
        /// The next append makes a job without its input and is answered 400, as when the database is busy.
        var losesAnInput = false
        var killed: [String] = []
        /// So many uploads are followed by another's of the model.
        var intrusions = 0
    }

    static let success = Job(
        number: 0, request: .null, states: ["submit", "setup", "running", "success"],
        output: ["y": ["value": 4.5, "units": "m"], "status": ["value": 0, "units": ""]])

    let state = Locked(State())
    private let server: HTTPServer

    var url: String { "http://127.0.0.1:\(server.port)/TurbineLite" }

    init() throws {
        let state = state
        server = try HTTPServer.start { request in
            state.withLock { state in
                state.requests.append("\(request.method) \(request.path)")
                if state.outages > 0 {
                    state.outages -= 1
                    return HTTPResponse(status: 503, text: "busy")
                }
                return Self.answer(request, &state)
            }
        }
    }

    func stop() async { await server.stop(grace: .zero) }

    func count(_ beginning: String) -> Int { state.withLock { $0.requests.count { $0.hasPrefix(beginning) } } }

    // MARK: routes

    private static func answer(_ request: HTTPRequest, _ state: inout State) -> HTTPResponse {
        let parts = request.path.split(separator: "/").dropFirst().map(String.init)
        switch (request.method, parts.first ?? "", parts.count) {
        case ("GET", "application", 1):
            return json([["Name": "AspenPlus", "Inputs": []], ["Name": "ACM", "Inputs": []]])
        case ("GET", "simulation", 2): return simulation(parts[1], state)
        case ("PUT", "simulation", 2):
            if state.simulations[parts[1]] != nil { return HTTPResponse(status: 500, text: "it exists") }
            state.simulations[parts[1]] = [:]
            state.versions[parts[1]] = 1
            return json(true)
        case ("PUT", "simulation", 4...):
            state.simulations[parts[1]]?[parts[3...].joined(separator: "/")] = request.body
            state.versions[parts[1], default: 0] += 1
            if state.intrusions > 0 {
                state.intrusions -= 1
                state.simulations[parts[1]]?["aspenfile"] = Array("another's".utf8)
                state.versions[parts[1], default: 0] += 1
            }
            return json(true)
        case ("POST", "session", 2): return append(request, parts[1], &state)
        case ("GET", "session", 2): return json(.array((state.sessions[parts[1]] ?? []).map { look($0, &state) }))
        case ("POST", "session", 3) where parts[2] == "start": return json(1)
        case ("POST", "session", 3) where parts[2] == "kill":
            state.killed.append(parts[1])
            for number in state.sessions[parts[1]] ?? [] { state.jobs[number]?.states = ["terminate"] }
            return json(1)
        case ("DELETE", "session", 2):
            state.sessions[parts[1]] = nil
            return json(true)
        case ("GET", "job", 2):
            guard let number = Int(parts[1]), state.jobs[number] != nil else { return HTTPResponse(status: 404) }
            return json(look(number, &state))
        default: return HTTPResponse(status: 404, text: "no such route")
        }
    }

    private static func json(_ value: JSON) -> HTTPResponse { HTTPResponse(status: 200, body: value.serialized()) }

    private static func simulation(_ name: String, _ state: State) -> HTTPResponse {
        guard let inputs = state.simulations[name] else { return HTTPResponse(status: 404, text: "no such simulation") }
        let staged = inputs.map { name, bytes -> JSON in
            ["Name": .string(name), "MD5Sum": .string(Hex.encode(SHA1.hash(bytes)).uppercased())]
        }
        return json(
            [
                "Id": .string("\(name)-v\(state.versions[name] ?? 0)"), "Name": .string(name),
                "StagedInputs": .array(staged),
            ])
    }

    private static func append(_ request: HTTPRequest, _ session: String, _ state: inout State) -> HTTPResponse {
        guard let body = try? JSON.parse(request.body), let job = body.arrayValue?.first else {
            return HTTPResponse(status: 400)
        }
        let wanted = job["Simulation"]?.stringValue
        guard state.simulations.keys.contains(where: { wanted == "\($0)-v\(state.versions[$0] ?? 0)" }) else {
            return HTTPResponse(status: 404, text: "No Simulation")
        }
        if state.losesAnInput {
            state.losesAnInput = false
            let number = state.jobs.count + 1
            state.jobs[number] = Job(number: number, request: [:], states: ["create"])
            state.sessions[session, default: []].append(number)
            return HTTPResponse(status: 400, text: "Failed to create new job 0")
        }
        let fate = state.fates.isEmpty ? success : state.fates.removeFirst()
        let number = state.jobs.count + 1
        state.jobs[number] = Job(
            number: number, request: job, states: fate.states, output: fate.output, status: fate.status,
            messages: fate.messages)
        state.sessions[session, default: []].append(number)
        if state.losesAnAnswer {
            state.losesAnAnswer = false
            return HTTPResponse(status: 503)
        }
        return json([.int(Int64(number))])
    }

    private static func look(_ number: Int, _ state: inout State) -> JSON {
        guard var job = state.jobs[number] else { return .null }
        let now = job.states[0]
        if job.states.count > 1 { job.states.removeFirst() }
        state.jobs[number] = job
        let isOver = ["success", "error", "terminate"].contains(now)
        return [
            "Id": .int(Int64(number)), "State": .string(now), "Status": .int(Int64(job.status)),
            "Input": job.request["Input"] ?? [:],
            "Output": isOver ? job.output : .null, "Messages": .array(job.messages.map(JSON.string)), "Errors": [],
        ]
    }
}
