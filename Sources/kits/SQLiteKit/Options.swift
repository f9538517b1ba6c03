extension Database {
    /// How a database file is opened.
    public struct Options: Sendable {
        /// When a commit counts as done (`PRAGMA synchronous`).
        public enum Synchronous: String, Sendable {
            /// In the system's memory: survives a crash of the program. A power cut may undo the last commits, but
            /// leaves the file whole.
            case normal = "NORMAL"
            /// On the disk: survives a power cut too.
            case full = "FULL"
        }

        public var synchronous: Synchronous
        /// How long to wait for a lock of another process.
        public var busyTimeout: Duration
        /// Threads that read at a time, each with a connection of its own.
        public var readers: Int
        /// The page cache of each connection, in KiB.
        public var cacheKiB: Int

        public init(
            synchronous: Synchronous = .full, busyTimeout: Duration = .seconds(10), readers: Int = 1,
            cacheKiB: Int = 512
        ) {
            precondition(readers > 0 && cacheKiB > 0)
            self.synchronous = synchronous
            self.busyTimeout = busyTimeout
            self.readers = readers
            self.cacheKiB = cacheKiB
        }
    }
}
