import CryptoTools
import FOQUSModel
import FileKit
import Glibc
import SQLiteKit
import Stores
import Threading

/// Objects: an index in a database of its own, small contents in it too, large ones in files.
struct EmbeddedObjectStore: ObjectStore {
    /// Up to this many bytes an object lies in the database: cheaper than a file of its own.
    static let inlineLimit = 32 << 10

    let database: Database
    let blobs: BlobDirectory
    let time: any TimeSource

    // MARK: reading

    func info(_ key: String, in bucket: Bucket) async throws(StoreError) -> ObjectInfo? {
        let key = try ObjectKey(key, in: bucket)
        return try await database.read("look up an object") { try ObjectRow.find(key, $0)?.info }
    }

    func get(_ key: String, in bucket: Bucket) async throws(StoreError) -> [UInt8] {
        try await opened(key, in: bucket) { found throws(FileError) in
            switch found.content {
            case .bytes(let bytes): bytes
            case .blob(let blob): try await blobs.read(blob)
            }
        }
    }

    func get(_ key: String, in bucket: Bucket, toFile path: String) async throws(StoreError) -> ObjectInfo {
        try await opened(key, in: bucket) { found throws(FileError) in
            switch found.content {
            case .bytes(let bytes):
                try await blobs.pool.run { () throws(FileError) in
                    try File.writeAtomically(bytes, to: path, mode: 0o640)
                }
            case .blob(let blob): try await blobs.copy(blob, toFile: path)
            }
            return found.info
        }
    }

    private struct Found: Sendable {
        enum Content: Sendable {
            case bytes([UInt8])
            case blob(BlobDirectory.Blob)
        }
        let info: ObjectInfo
        let content: Content
    }

    /// Finds an object and has `use` read its content. The file may be replaced in between: then once more.
    private func opened<Result>(
        _ key: String, in bucket: Bucket, use: (Found) async throws(FileError) -> Result
    ) async throws(StoreError) -> Result {
        let operation = "get object \(key)"
        for isLast in [false, true] {
            let found = try await find(key, in: bucket, operation)
            do throws(FileError) {
                return try await use(found)
            } catch {
                guard case .blob(let blob) = found.content, error.code == ENOENT, isMissing(blob) else {
                    throw StoreError(error, operation)
                }
                if isLast {
                    throw StoreError(
                        .corrupt, operation, "its content, \(blobs.path(of: blob)), is missing", underlying: error)
                }
            }
        }
        throw StoreError(.unavailable, operation, "it changes faster than it can be read")
    }

    private func isMissing(_ blob: BlobDirectory.Blob) -> Bool { access(blobs.path(of: blob), F_OK) != 0 }

    private func find(_ name: String, in bucket: Bucket, _ operation: String) async throws(StoreError) -> Found {
        let key = try ObjectKey(name, in: bucket)
        return try await database.read(operation) { connection in
            guard let row = try ObjectRow.find(key, connection) else {
                throw StoreError(.notFound, operation, "bucket \(bucket.rawValue) has no such object")
            }
            if let blob = row.blob { return Found(info: row.info, content: .blob(blob)) }
            let bytes = try connection.query("SELECT bytes FROM content WHERE number = ?", row.content) { $0.blob(0) }
            guard let bytes = bytes.first else { throw UnreadableRow("object \(name) has no content") }
            return Found(info: row.info, content: .bytes(bytes))
        }
    }

    func list(prefix: String, in bucket: Bucket, after: String?, limit: Int) async throws(StoreError) -> ObjectListing {
        let limit = min(max(limit, 0), 1000)
        let first = Array(prefix.utf8)
        let end = ObjectKey.end(of: first)
        let after = after.map { Array($0.utf8) } ?? []
        // One more than asked for tells whether there is a next page.
        var objects = try await database.read("list objects") { connection in
            try connection.query(
                """
                \(ObjectRow.select) WHERE bucket = ?1 AND key >= ?2 AND key > ?3 AND (?4 IS NULL OR key < ?4)
                ORDER BY key LIMIT ?5
                """, bucket.rawValue, first, after, end, limit + 1
            ) { try ObjectRow($0).info }
        }
        guard objects.count > limit else { return ObjectListing(objects: objects, next: nil) }
        objects.removeLast()
        return ObjectListing(objects: objects, next: objects.last?.key)
    }
}
