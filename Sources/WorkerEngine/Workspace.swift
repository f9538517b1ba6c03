public import FOQUSModel
public import FileKit
public import Stores

/// A simulation's files as they lie in the store at one moment.
public struct SimulationListing: Sendable, Hashable {
    public let user: UserName
    public let name: SimulationName
    /// Relative paths with their ETags, sorted by path. Empty when there is no such simulation.
    public let files: [ListedFile]

    public struct ListedFile: Sendable, Hashable {
        public let path: String
        public let key: String
        public let etag: String
        public let size: Int
    }
}

/// A simulation's files on the local disk. They stay until `Workspace.unpin` is called with its fingerprint.
public struct StagedSimulation: Sendable, Hashable {
    public let directory: String
    public let fingerprint: String
    public let files: [String]
}

/// The folder of one attempt, ready to run in.
public struct JobFolder: Sendable, Hashable {
    public let path: String
    /// Files that staging put there: not results.
    public let staged: Set<String>
    /// Those among them that the executor writes for every job.
    public let furnished: Set<String>
}

/// A file that a job made.
public struct GeneratedFile: Sendable, Hashable {
    /// Below the job's folder.
    public let relativePath: String
    /// Bytes.
    public let size: Int
}

/// The worker's disk: the content cache and the folders of attempts.
public protocol Workspace: Sendable {
    /// What the store holds of a simulation.
    func listing(of simulation: SimulationName, user: UserName) async throws(StoreError) -> SimulationListing
    /// Brings the files here unless they are, and keeps them here until `unpin`.
    func stage(_ listing: SimulationListing) async throws(StoreError) -> StagedSimulation
    /// One `stage` is over; what nobody needs may be evicted when the cache is too large.
    func unpin(_ simulation: StagedSimulation) async
    /// Where an attempt's folder will be.
    func path(of attempt: AttemptID) -> String
    /// Makes the folder with the simulation's files. `furnish` adds more and returns their names; it may block.
    func prepare(
        _ attempt: AttemptID, simulation: StagedSimulation,
        furnish: @escaping @Sendable (_ directory: String) throws(FileError) -> Set<String>
    ) async throws(StoreError) -> JobFolder
    func write(_ content: [UInt8], to relativePath: String, in folder: JobFolder) async throws(StoreError)
    /// What the job made. When that is nothing, the folder is gone at once.
    func harvest(_ folder: JobFolder) async throws(StoreError) -> [GeneratedFile]
    func remove(path: String) async throws(StoreError)
    /// Whether there is a file or folder at `path`.
    func holds(path: String) async -> Bool
    /// False when the disk is full. True when that cannot be told.
    func hasSpace() async -> Bool
    /// Removes the folders of attempts that nobody knows any more.
    func removeAll(except attempts: Set<AttemptID>) async throws(StoreError)
}
