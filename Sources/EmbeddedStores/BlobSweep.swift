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
            let names = Array(rest.prefix(Self.batch))
            rest = rest.dropFirst(Self.batch)
            blobs.remove(try await orphans(among: names))
        }
    }

    private func oldFiles() throws(FileError) -> [String] {
        let limit = time.now().milliseconds - Self.age.wholeMilliseconds
        return try Directory.files(under: blobs.path).compactMap { relative in
            var status = stat()
            guard stat(Path.join(blobs.path, relative), &status) == 0 else { return nil }
            let modified = Int64(status.st_mtim.tv_sec) * 1000
            return modified < limit ? Path.lastComponent(relative) : nil
        }
    }

    private func orphans(among names: [String]) async throws(StoreError) -> [BlobDirectory.Blob] {
        try await database.read("look for orphaned files") { connection in
            try names.filter { name in
                try connection.query("SELECT 1 FROM object WHERE blob = ?", name) { $0.int(0) }.isEmpty
            }.map(BlobDirectory.Blob.init)
        }
    }
}
