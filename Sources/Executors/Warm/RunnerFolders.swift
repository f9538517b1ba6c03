import FileKit
import Threading

/// Where runners have their homes. Blocking: call on a pool's thread.
struct RunnerFolders: Sendable {
    private let base: String
    /// Whether what an earlier process left has been removed.
    private let isSwept = Locked(false)

    init(base: String) { self.base = base }

    /// A new folder for one runner.
    func make() throws(FileError) -> String {
        try isSwept.withLock { isSwept throws(FileError) in
            guard !isSwept else { return }
            try Directory.create(base, mode: 0o700)
            for entry in try Directory.list(base) where entry.name.hasPrefix("runner-") {
                try Directory.removeTree(Path.join(base, entry.name))
            }
            isSwept = true
        }
        return try TemporaryDirectory(below: base, prefix: "runner").path
    }

    func remove(_ folder: String) throws(FileError) { try Directory.removeTree(folder) }
}
