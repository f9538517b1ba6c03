/// One thing worth telling, as sinks receive it: secrets are already redacted.
public struct LogEntry: Sendable {
    /// Nanoseconds of UTC since 1970-01-01.
    public let nanosecondsSinceEpoch: Int64
    public let level: Logger.Level
    /// The part of the program that speaks.
    public let label: String
    public let message: String
    public let metadata: Logger.Metadata

    /// The entry as journal fields (systemd.journal-fields(7)): `MESSAGE`, `PRIORITY`, `LABEL`, and each fact under its
    /// key in upper case. Characters that the journal refuses in a field's name become `_`.
    public var journalFields: [(name: String, value: String)] {
        var fields = [("MESSAGE", message), ("PRIORITY", "\(level.priority)")]
        if !label.isEmpty { fields.append(("LABEL", label)) }
        for fact in metadata.facts { fields.append((Self.fieldName(fact.key), fact.value.description)) }
        return fields.map { (name: $0.0, value: $0.1) }
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
        return name
    }
}
