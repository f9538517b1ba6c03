import FileKit
import Glibc
import Threading

/// Makes the folders of attempts, and takes back those that their jobs left as they found them.
///
/// A file system works longer on a new file than a short job does, so that folders are used again, with the files
/// that every job has: those are written anew for each. What a job can reach is none the more for it: all jobs run
/// as one user, who may write in every job's folder.
///
/// All of it blocks: call on a pool's thread.
final class JobFolders: Sendable {
    /// Kept at most: enough for the slots of a large machine.
    private static let limit = 64
    private static let mode: mode_t = 0o750

    private struct Stock {
        var folders: [String] = []
        var made = 0
    }

    private let root: String
    private let stock = Locked(Stock())

    init(root: String) { self.root = root }

    /// Makes an attempt's folder. It may hold files of an earlier job, which whoever writes them replaces.
    func make(_ path: String) throws(FileError) {
        if let spare = stock.withLock({ $0.folders.popLast() }) {
            // Gone, or not to be moved: then a new one does.
            do throws(FileError) { return try File.move(from: spare, to: path) } catch {}
        }
        try Directory.create(path, mode: UInt32(Self.mode))
    }

    /// What is in the folder beside the files that were put there; nil when that cannot be said at a glance, as
    /// there are directories or links.
    func isUntouched(_ folder: JobFolder) throws(FileError) -> Bool {
        try Directory.list(folder.path).allSatisfy { $0.kind == .file && folder.staged.contains($0.name) }
    }

    /// Takes back a folder that holds nothing but files that were put there.
    func takeBack(_ folder: JobFolder) throws(FileError) {
        guard Self.isOurs(folder.path) else { return try Directory.removeTree(folder.path) }
        let spare: String? = stock.withLock { stock in
            guard stock.folders.count < Self.limit else { return nil }
            stock.made += 1
            return Path.join(root, "spare-\(stock.made)")
        }
        guard let spare else { return try Directory.removeTree(folder.path) }
        for file in folder.staged where !folder.furnished.contains(file) {
            try File.remove(Path.join(folder.path, file))
        }
        try File.move(from: folder.path, to: spare)
        stock.withLock { $0.folders.append(spare) }
    }

    /// Forgets the spare folders, which somebody is about to remove.
    func forget() { stock.withLock { $0.folders = [] } }

    /// Whether it is as it was made: a directory of ours with the permissions that it was given.
    private static func isOurs(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
        return status.st_uid == geteuid() && status.st_mode & 0o700 == 0o700 && status.st_mode & ~S_IFMT & ~mode == 0
    }
}
