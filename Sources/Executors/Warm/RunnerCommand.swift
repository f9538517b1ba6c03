import FOQUSModel
import JSONKit

/// One job for a runner.
struct RunRequest: Sendable {
    let id: String
    var input: JSON
    /// The job's folder. Absolute.
    let directory: String
    /// For the runner to keep; nil for no limit.
    let timeout: Duration?
    /// What the kind of runner takes besides.
    var details = JSONObject()
    /// Answers what the run asks of the worker; nil of a run that may ask nothing.
    var answerer: RunnerCall.Answerer?
}

extension RunRequest {
    init(_ job: JobRun) {
        self.init(
            id: job.run.description, input: job.input, directory: job.directory, timeout: job.timeout)
    }
}

/// What the worker tells a runner: one JSON object a line on its stdin (docs/executors.md).
enum RunnerCommand: Sendable {
    /// Load a simulation, told by members that the kind of runner knows. Answered by `loaded` or `load-failed`.
    case load(JSONObject)
    /// Run what is loaded. Answered by `started` and `result`, by `result` alone, or by `rejected`.
    case run(RunRequest)
    /// End a run. Its `result` follows, or `rejected` when it is over already.
    case terminate(String)
    /// Answers a call of the run.
    case answer(String, call: Int, JSONObject)
    /// Answered by `pong`, at once.
    case ping
    /// Answered by its end.
    case shutdown
    /// Any line, to see what it makes of it.
    case raw(String)

    /// The line with its end.
    var line: [UInt8] {
        if case .raw(let text) = self { return Array((text + "\n").utf8) }
        var bytes = JSON.object(members).serialized()
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private var members: JSONObject {
        var members: JSONObject
        let details: JSONObject
        switch self {
        case .load(let simulation): (members, details) = (["op": "load"], simulation)
        case .run(let run):
            members = [
                "op": "run", "id": .string(run.id), "input": run.input, "jobdir": .string(run.directory),
                "timeout": run.timeout.map { .number($0.inSeconds) } ?? .null,
            ]
            details = run.details
        case .answer(let id, let call, let answer):
            (members, details) = (["op": "answer", "id": .string(id), "call": .int(Int64(call))], answer)
        case .terminate(let id): return ["op": "terminate", "id": .string(id)]
        case .ping: return ["op": "ping"]
        case .shutdown: return ["op": "shutdown"]
        case .raw: return [:]
        }
        for (name, value) in details { members[name] = value }
        return members
    }
}
