/// How an entry becomes one line of text.
public enum LogFormat: String, CaseIterable, Sendable {
    /// `2026-11-23T21:00:01.123Z INFO engine: job finished job=4f2a seconds=12.5`
    case plain
    /// `<6>engine: job finished job=4f2a seconds=12.5`: the prefix is the priority (sd-daemon(3)); the journal adds the time.
    case journal
    /// One JSON object a line: `time`, `level`, `label`, `event` where there is one, `message`, then all facts under
    /// `facts`.
    case json

    /// The entry as a line, its newline included. Whatever the entry holds, there is no other newline in it.
    public func line(_ entry: LogEntry) -> String {
        switch self {
        case .plain:
            UTCTime.format(entry.nanosecondsSinceEpoch) + " " + entry.level.label + " " + Self.text(entry) + "\n"
        case .journal: "<\(entry.level.priority)>" + Self.text(entry) + "\n"
        case .json: Self.object(entry) + "\n"
        }
    }

    /// Label, message and facts, without time and level.
    static func text(_ entry: LogEntry) -> String {
        var line = entry.label.isEmpty ? "" : entry.label + ": "
        Escaping.appendControlsEscaped(entry.message, to: &line)
        for fact in entry.metadata.facts {
            line += " "
            Escaping.appendKey(fact.key, to: &line)
            line += "="
            Escaping.appendQuotedIfNeeded(fact.value.description, to: &line)
        }
        return line
    }

    private static func object(_ entry: LogEntry) -> String {
        var line = #"{"time":""# + UTCTime.format(entry.nanosecondsSinceEpoch)
        line += #"","level":""# + entry.level.rawValue + #"","label":"#
        Escaping.appendJSON(entry.label, to: &line)
        if let event = entry.event {
            line += #","event":"#
            Escaping.appendJSON(event.name, to: &line)
        }
        line += #","message":"#
        Escaping.appendJSON(entry.message, to: &line)
        line += #","facts":{"#
        for (index, fact) in entry.context.merging(entry.metadata).facts.enumerated() {
            if index > 0 { line += "," }
            Escaping.appendJSON(fact.key, to: &line)
            line += ":"
            switch fact.value {
            case .number(let number) where !number.isFinite: Escaping.appendJSON("\(number)", to: &line)
            case .integer, .number, .flag: line += fact.value.description
            case .string(let text): Escaping.appendJSON(text, to: &line)
            }
        }
        return line + "}}"
    }
}
