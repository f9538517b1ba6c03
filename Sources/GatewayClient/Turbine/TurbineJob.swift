public import FOQUSModel
public import JSONKit

/// What a gateway calls a job: TurbineLite by a number, ours by a GUID.
public enum TurbineJobID: Sendable, Hashable, CustomStringConvertible {
    case number(Int)
    case guid(JobID)

    init?(_ json: JSON) {
        if let number = json.intValue {
            self = .number(number)
        } else if let id = json.stringValue.flatMap({ JobID($0) }) {
            self = .guid(id)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .guid(let id): id.description
        }
    }
}

/// A job as a gateway of either kind tells of it.
public struct TurbineJob: Sendable, Hashable {
    /// Where a job stands, for one who waits for it.
    public enum Phase: Sendable, Hashable {
        /// Appended, or put aside: it takes a start.
        case unstarted
        /// Waits for somebody to run it.
        case queued
        /// Runs, or is made ready to. States that nobody knows count as this, so that time limits hold for them.
        case active
        /// Ended with outputs.
        case done
        /// Ended without.
        case failed
        /// Ended by somebody before it was through.
        case ended

        public var isFinal: Bool { self == .done || self == .failed || self == .ended }
    }

    public let id: TurbineJobID
    /// As the gateway words it.
    public let state: String
    /// What the simulator said of the run, by the codes of SimSinter; nil where the gateway does not tell.
    public let status: Int?
    public let output: JSON?
    /// In the order they came; only where they were asked for.
    public let messages: [String]
    public let errors: [String]

    public var phase: Phase {
        switch state {
        case "create", "pause", "stop": .unstarted
        case "submit", "locked": .queued
        case "success", "warning": .done
        case "error", "expired", "invalid": .failed
        case "cancel", "terminate", "down": .ended
        default: .active
        }
    }

    init?(_ json: JSON) {
        guard let id = json["Id"].flatMap({ TurbineJobID($0) }), let state = json["State"]?.stringValue else {
            return nil
        }
        self.id = id
        self.state = state
        // -1 stands for none.
        status = json["Status"]?.intValue.flatMap { $0 < 0 ? nil : $0 }
        output = json["Output"].flatMap { $0.isNull ? nil : $0 }
        let single = json["Message"]?.stringValue.map { [$0] } ?? []
        messages = (json["Messages"]?.arrayValue?.compactMap(\.stringValue) ?? []) + single
        errors = json["Errors"]?.arrayValue?.compactMap(Self.error) ?? []
    }

    /// `{"Name","Error","Type"}`.
    private static func error(_ json: JSON) -> String? {
        guard let text = json["Error"]?.stringValue, !text.isEmpty else { return nil }
        guard let name = json["Name"]?.stringValue, !name.isEmpty else { return text }
        return "\(name): \(text)"
    }
}

/// A simulation as a gateway of either kind has it.
public struct TurbineSimulation: Sendable, Hashable {
    /// Names this version of it for good. TurbineLite has versions, our gateway has not.
    public let version: String?
    public let application: String
    /// The SHA-1 of each file in lower-case digits, by name; of TurbineLite only. The field is called MD5Sum.
    public let digests: [String: String]

    init?(_ json: JSON) {
        guard let application = json["Application"]?.stringValue else { return nil }
        self.application = application
        version = json["Id"]?.stringValue
        var digests: [String: String] = [:]
        for file in json["StagedInputs"]?.arrayValue ?? [] {
            guard let name = file["Name"]?.stringValue, let digest = file["MD5Sum"]?.stringValue else { continue }
            digests[name] = digest.lowercased()
        }
        self.digests = digests
    }
}
