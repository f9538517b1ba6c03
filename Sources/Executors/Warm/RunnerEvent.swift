import JSONKit

/// What a runner tells: one JSON object a line on its stdout (docs/executors.md).
enum RunnerEvent: Sendable, Hashable {
    /// It can serve; `pid` is the process that holds the engine.
    case ready(pid: Int32, engine: String)
    /// It cannot serve at all.
    case failed(message: String)
    case loaded
    case loadFailed(message: String)
    /// The model begins.
    case started(job: String)
    case result(job: String, RunnerResult)
    /// The run needs something of the worker, and waits.
    case call(job: String, RunnerCall)
    /// The answer to a ping.
    case pong(running: String?)
    /// A command that it did not accept.
    case rejected(job: String?, message: String)

    /// Reads a line strictly: a runner that says anything else is not to be trusted with a job.
    init(line: [UInt8]) throws(RunnerProtocolError) {
        let json: JSON
        do { json = try JSON.parse(line) } catch { throw RunnerProtocolError("no JSON (\(error))", line: line) }
        func text(_ key: String) throws(RunnerProtocolError) -> String {
            guard let text = json[key]?.stringValue else {
                throw RunnerProtocolError("an event without the text \"\(key)\"", line: line)
            }
            return text
        }
        switch try text("event") {
        case "ready":
            guard let pid = json["pid"]?.intValue.flatMap({ Int32(exactly: $0) }), pid > 1 else {
                throw RunnerProtocolError("a ready without a pid", line: line)
            }
            self = .ready(pid: pid, engine: try text("engine"))
        case "failed": self = .failed(message: try text("message"))
        case "loaded": self = .loaded
        case "load-failed": self = .loadFailed(message: try text("message"))
        case "started": self = .started(job: try text("id"))
        case "call":
            guard let number = json["call"]?.intValue.flatMap({ Int(exactly: $0) }) else {
                throw RunnerProtocolError("a call without a number", line: line)
            }
            self = .call(job: try text("id"), RunnerCall(number: number, request: json))
        case "pong": self = .pong(running: json["running"]?.stringValue)
        case "rejected": self = .rejected(job: json["id"]?.stringValue, message: try text("message"))
        case "result":
            guard let status = RunnerResult.Status(rawValue: try text("status")) else {
                throw RunnerProtocolError("a result with an unknown status", line: line)
            }
            let result = RunnerResult(
                status: status, reason: RunnerResult.Reason(rawValue: try text("reason")), message: try text("message"),
                output: json["output"], code: json["code"]?.intValue.flatMap { Int(exactly: $0) },
                messages: json["messages"]?.arrayValue?.compactMap(\.stringValue) ?? [],
                memory: json["memoryKB"]?.intValue.map { UInt64(clamping: $0) << 10 } ?? 0)
            self = .result(job: try text("id"), result)
        case let event: throw RunnerProtocolError("the unknown event \"\(event.prefix(40))\"", line: line)
        }
    }
}

/// How a run ended, by the runner's account.
struct RunnerResult: Sendable, Hashable {
    enum Status: String, Sendable {
        case success, error, terminate, invalid
    }

    /// Of the reasons for a status other than success, those that matter to the worker.
    enum Reason: String, Sendable {
        /// The runner ended it after the timeout it was given.
        case timeout
        /// Files of the job could not be written.
        case files
        /// The process of the run ended by itself.
        case crash
        /// What runs the model cannot be used now.
        case unavailable
    }

    let status: Status
    let reason: Reason?
    let message: String
    /// The results, where they are told and not written to a file.
    var output: JSON?
    /// The status of the run in Sinter's numbers.
    var code: Int?
    /// What the model said.
    var messages: [String] = []
    /// What the runner takes with the processes that it keeps, where it tells that. Bytes.
    var memory: UInt64 = 0
}

/// A runner broke the protocol.
struct RunnerProtocolError: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ problem: String, line: [UInt8]) {
        let shown = String(decoding: line.prefix(80), as: UTF8.self).unicodeScalars.map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7f ? "?" : String(Character(scalar))
        }
        description = "the runner sent \(problem): \(shown.joined())\(line.count > 80 ? "…" : "")"
    }
}
