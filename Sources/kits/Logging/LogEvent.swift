/// A kind of entry that operators and programs look for, whatever its words are.
public protocol LogEvent: Sendable {
    /// For JSON lines, as `job-started`.
    var name: String { get }
    /// 128 bits as 32 hexadecimal digits in lower case: `MESSAGE_ID` of the journal (systemd.journal-fields(7)). It never
    /// changes, as catalogs and searches know the event by it.
    var messageID: String { get }
}
