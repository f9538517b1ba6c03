/// The journal's fields for facts that entries have: what `journalctl JOB_ID=…` looks for.
public enum JournalFields {
    /// By the keys of facts.
    public static let names: [String: String] = [
        "job": "JOB_ID", "session": "SESSION_ID", "user": "USER_NAME", "simulation": "SIMULATION",
        "consumer": "CONSUMER_ID", "executor": "EXECUTOR", "attempt": "ATTEMPT", "attemptID": "ATTEMPT_ID",
        "microseconds": "DURATION_USEC", "message": "QUEUE_MESSAGE_ID",
    ]
}
