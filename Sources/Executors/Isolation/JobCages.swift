public import FOQUSModel

/// Makes control groups for jobs: where one is, with all that it starts, its limits hold, and nothing of it gets out.
public protocol JobCages: Sendable {
    /// Puts processes into a new control group of their own and returns when they are there.
    ///
    /// - Parameters:
    ///   - name: unique; the group's unit is named by it.
    ///   - description: for people, in one line.
    func enclose(
        _ processes: [Int32], name: String, description: String, limits: JobLimits
    ) async throws(JobCageError)
}

/// A control group could not be made.
public struct JobCageError: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
