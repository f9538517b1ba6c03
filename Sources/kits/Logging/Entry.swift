/// One thing worth telling, as sinks receive it: secrets are already redacted.
public struct LogEntry: Sendable {
    /// Nanoseconds of UTC since 1970-01-01.
    public let nanosecondsSinceEpoch: Int64
    public let level: Logger.Level
    /// The part of the program that speaks.
    public let label: String
    public let message: String
    public let metadata: Logger.Metadata
    /// Facts that a line of text leaves out: for what is searched by its fields.
    public let context: Logger.Metadata
    /// The kind of entry, where it has one.
    public let event: (any LogEvent)?
    /// One of many steps, worth keeping only where entries are found by their fields.
    public let isStep: Bool

    init(
        nanosecondsSinceEpoch: Int64, level: Logger.Level, label: String, message: String, metadata: Logger.Metadata,
        context: Logger.Metadata = [:], event: (any LogEvent)? = nil, isStep: Bool = false
    ) {
        self.nanosecondsSinceEpoch = nanosecondsSinceEpoch
        self.level = level
        self.label = label
        self.message = message
        self.metadata = metadata
        self.context = context
        self.event = event
        self.isStep = isStep
    }

    /// The entry as journal fields (systemd.journal-fields(7)): `MESSAGE` as a line of text would have it, `PRIORITY`,
    /// `MESSAGE_ID`, and each fact under its name in `names`, or else its key in upper case. Characters that the journal
    /// refuses in a field's name become `_`, and a key that would be one of the journal's own names gets `X_` in front.
    public func journalFields(names: [String: String] = [:]) -> [LogField] {
        var fields: [LogField] = [("MESSAGE", LogFormat.text(self)), ("PRIORITY", "\(level.priority)")]
        if let event { fields.append(("MESSAGE_ID", event.messageID)) }
        // What is said in the entry itself is the last word.
        let facts = metadata.facts + context.facts.filter { metadata[$0.key] == nil }
        for fact in facts { fields.append((names[fact.key] ?? Self.fieldName(fact.key), fact.value.description)) }
        return fields
    }

    /// Journal names are A-Z, 0-9 and `_`, begin with a letter and have at most 64 bytes.
    static func fieldName(_ key: String) -> String {
        var name = ""
        for byte in key.utf8.prefix(64) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): name.unicodeScalars.append(Unicode.Scalar(byte - 32))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                name.unicodeScalars.append(Unicode.Scalar(byte))
            default: name += "_"
            }
        }
        guard let first = name.utf8.first, first >= UInt8(ascii: "A"), first <= UInt8(ascii: "Z") else {
            return String("X" + name.prefix(63))
        }
        return reserved.contains(name) ? "X_" + name : name
    }

    /// Those of the journal's names that a fact could have (systemd.journal-fields(7)).
    private static let reserved: Set<String> = [
        "MESSAGE", "MESSAGE_ID", "PRIORITY", "ERRNO", "INVOCATION_ID", "DOCUMENTATION", "TID", "UNIT",
    ]
}

/// A field of a journal entry.
public typealias LogField = (name: String, value: String)
