import FOQUSModel
import JSONKit

/// What the worker tells a runner: one JSON object a line on its stdin (Runners/foqus_runner, commands.py).
enum RunnerCommand: Sendable {
    /// Load a session file with the plug-ins of some folders. Answered by `loaded` or `load-failed`.
    case load(session: String, plugins: [String])
    /// Run the loaded flowsheet. Answered by `started` and `result`, by `result` alone, or by `rejected`.
    case run(AttemptID, input: JSON, directory: String, timeout: Duration?, saveSession: Bool)
    /// End a run. Its `result` follows, or `rejected` when it is over already.
    case terminate(AttemptID)

    /// The line with its end.
    var line: [UInt8] {
        var bytes = json.serialized()
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private var json: JSON {
        switch self {
        case .load(let session, let plugins):
            return ["op": "load", "session": .string(session), "plugins": .array(plugins.map(JSON.string))]
        case .run(let id, let input, let directory, let timeout, let saveSession):
            return [
                "op": "run", "id": .string(id.description), "input": input, "jobdir": .string(directory),
                "timeout": timeout.map { .number($0.inSeconds) } ?? .null, "saveSession": .bool(saveSession),
            ]
        case .terminate(let id):
            return ["op": "terminate", "id": .string(id.description)]
        }
    }
}
