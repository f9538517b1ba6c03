import FOQUSModel
import JSONKit

/// What a worker asks of the keeper of scopes, one JSON object a line: `{"id":1,"processes":[123],"name":"foqus-job-…",…}`.
/// Answered by `{"id":1}`, or by `{"id":1,"error":"why not"}`.
struct ScopeRequest: Sendable, Hashable {
    let id: Int
    /// The job's own first.
    let processes: [Int32]
    let name: String
    let description: String
    let limits: JobLimits

    /// Where the keeper listens (systemd/foqus-scopes.socket).
    static let socketPath = "/run/foqus-scopes.sock"

    init(id: Int, processes: [Int32], name: String, description: String, limits: JobLimits) {
        self.id = id
        self.processes = processes
        self.name = name
        self.description = description
        self.limits = limits
    }

    /// Nil when the line is no request, or asks for a name that is not a job's.
    init?(line: [UInt8]) {
        guard let json = try? JSON.parse(line), let id = json["id"]?.intValue.flatMap({ Int(exactly: $0) }),
            let listed = json["processes"]?.arrayValue, (1...2).contains(listed.count),
            let name = json["name"]?.stringValue, Self.isJobName(name),
            let description = json["description"]?.stringValue, description.utf8.count < 1000
        else { return nil }
        let processes = listed.compactMap { $0.intValue.flatMap { Int32(exactly: $0) } }.filter { $0 > 1 }
        guard processes.count == listed.count else { return nil }
        func number(_ key: String) -> Int? {
            json[key]?.intValue.flatMap { Int(exactly: $0) }.flatMap { $0 > 0 ? $0 : nil }
        }
        self.init(
            id: id, processes: processes, name: name,
            description: String(description.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) }),
            limits: JobLimits(
                time: number("seconds").map { .seconds($0) }, memory: number("memory"), tasks: number("tasks"),
                processor: number("processor")))
    }

    var line: [UInt8] {
        var json: JSONObject = [
            "id": .int(Int64(id)), "processes": .array(processes.map { .int(Int64($0)) }), "name": .string(name),
            "description": .string(description),
        ]
        if let time = limits.time { json["seconds"] = .int(max(1, time.components.seconds)) }
        if let memory = limits.memory { json["memory"] = .int(Int64(memory)) }
        if let tasks = limits.tasks { json["tasks"] = .int(Int64(tasks)) }
        if let processor = limits.processor { json["processor"] = .int(Int64(processor)) }
        return JSON.object(json).serialized()
    }

    /// `foqus-job-` and a UUID: no other unit has such a name.
    static func isJobName(_ name: String) -> Bool {
        let prefix = "foqus-job-"
        guard name.hasPrefix(prefix) else { return false }
        let rest = name.dropFirst(prefix.count).utf8
        return rest.count == 36
            && rest.allSatisfy { (48...57).contains($0) || (97...102).contains($0) || $0 == UInt8(ascii: "-") }
    }
}
