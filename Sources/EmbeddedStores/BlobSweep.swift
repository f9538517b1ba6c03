import FOQUSModel
import FileKit
import Glibc
import SQLiteKit
import Stores
import Threading

/// Removes files that were written for an object that never came to be, as the process died in between.
struct BlobSweep: Sendable {
    /// A file without an object may belong to a put under way while it is younger than this.
    private static let age = Duration.seconds(3600)
    /// How many files one look into the index is for.
    private static let batch = 500

    let blobs: BlobDirectory
    let database: Database
    let time: any TimeSource

    func run() async throws(StoreError) {
        var rest: ArraySlice<String>
        do throws(FileError) {
            rest = try await blobs.pool.run { () throws(FileError) in try self.oldFiles() }[...]
        } catch {
            throw StoreError(error, "look for orphaned files")
        }
        while !rest.isEmpty, !Task.isCancelled {
            let files = Array(rest.prefix(Self.batch))
            rest = rest.dropFirst(Self.batch)
            let orphans = try await orphans(among: files)
            await blobs.pool.run { for file in orphans { unlink(Path.join(blobs.path, file)) } }
        }
    }

    /// Paths relative to the directory.
    private func oldFiles() throws(FileError) -> [String] {
        let limit = time.now().milliseconds - Self.age.wholeMilliseconds
        return try Directory.files(under: blobs.path).filter { file in
            var status = stat()
            guard stat(Path.join(blobs.path, file), &status) == 0 else { return false }
            return Int64(status.st_mtim.tv_sec) * 1000 < limit
        }
    }

    /// Also finds what a crash left of a file that was being written under another name.
    private func orphans(among files: [String]) async throws(StoreError) -> [String] {
        try await database.read("look for orphaned files") { connection in
            try files.filter { file in
                let name = Path.lastComponent(file)
                return try connection.query("SELECT 1 FROM object WHERE blob = ?", name) { $0.int(0) }.isEmpty
            }
        }
    }
}
