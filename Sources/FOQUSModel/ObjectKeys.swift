/// Where objects lie, as in the existing cloud (cloud-protocol 1.4 and 1.5).
public enum ObjectKeys {
    /// Prefix of a simulation's files in the simulation bucket.
    public static func simulation(_ user: UserName, _ name: SimulationName) -> String { "\(user)/\(name)/" }

    public static func simulationFile(_ user: UserName, _ name: SimulationName, _ path: RelativePath) -> String {
        "\(user)/\(name)/\(path)"
    }

    /// The finished record in the session bucket.
    public static func finishedRecord(
        _ user: UserName, _ session: SessionID, _ job: JobID, _ state: JobState, at time: Timestamp
    ) -> String {
        "\(user)/session/\(session)/finished/\(time.milliseconds)/\(state.rawValue)/\(job).json"
    }

    /// A file that the job made, in the session bucket.
    public static func jobFile(_ user: UserName, _ session: SessionID, _ job: JobID, _ path: RelativePath) -> String {
        jobFiles(user, session, job) + path.description
    }

    /// Prefix of the files that the job made.
    public static func jobFiles(_ user: UserName, _ session: SessionID, _ job: JobID) -> String {
        "\(user)/session/\(session)/job/\(job)/files/"
    }
}
