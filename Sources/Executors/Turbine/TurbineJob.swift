import JSONKit

/// A job as a Turbine gateway tells it.
struct TurbineJob: Sendable, Hashable {
    enum Phase: Sendable, Hashable {
        /// Nobody has begun with it.
        case waiting
        case running
        case success
        case failed
        /// Somebody ended it.
        case ended
    }

    let id: String
    let state: String
    /// Whether it has any.
    let hasInput: Bool
    let output: JSON?
    /// The status of the run in Sinter's numbers.
    let status: Int?
    let messages: [String]

    init?(_ json: JSON) {
        guard let id = json["Id"].flatMap(TurbineClient.id), let state = json["State"]?.stringValue else { return nil }
        self.id = id
        self.state = state.lowercased()
        hasInput = json["Input"]?.objectValue?.isEmpty == false
        output = json["Output"].flatMap { $0.isNull ? nil : $0 }
        status = (json["Status"]?.intValue ?? json["Output"]?["status"]?["value"]?.intValue).flatMap {
            Int(exactly: $0)
        }
        var messages: [String] = []
        switch json["Messages"] {
        case .string(let text)?: messages += text.split(separator: "\n").map(String.init)
        case .array(let items)?: messages += items.compactMap { $0.stringValue ?? $0["Value"]?.stringValue }
        default: break
        }
        if let text = json["Message"]?.stringValue { messages.append(text) }
        for error in json["Errors"]?.arrayValue ?? [] {
            if let text = error["Error"]?.stringValue { messages.append(text) }
        }
        // How it went from state to state is no news. TurbineLite spells the last so.
        self.messages = messages.filter {
            !$0.isEmpty && !$0.hasPrefix("event=setup") && !$0.hasPrefix("event=running")
                && !$0.hasPrefix("event=sucess")
        }
    }

    /// What its state comes to; an unknown one is taken for work under way.
    var phase: Phase {
        switch state {
        case "create", "submit", "pause", "stop": .waiting
        case "success", "warning": .success
        case "error", "expired", "invalid": .failed
        case "cancel", "terminate", "down": .ended
        default: .running
        }
    }

    var isFinal: Bool { phase != .waiting && phase != .running }
}
