import CryptoTools
import FOQUSModel
import FileKit
import SQLiteKit
import Stores
import Threading

extension EmbeddedObjectStore {
    /// What is to become an object.
    private struct Draft: Sendable {
        enum Content: Sendable {
            case bytes([UInt8])
            case blob(BlobDirectory.Blob)
        }
        let content: Content
        let etag: String
        /// Bytes.
        let size: Int

        init(_ content: Content, hash: [UInt8], size: Int) {
            self.content = content
            // 128 bits of SHA-256, as long as the MD5 of other stores.
            etag = Hex.encode(hash.prefix(16))
            self.size = size
        }
    }

    func put(
        _ content: [UInt8], to key: String, in bucket: Bucket, if condition: PutCondition
    ) async throws(StoreError) -> String {
        let key = try ObjectKey(key, in: bucket)
        let hash = SHA256.hash(content)
        guard content.count > Self.inlineLimit else {
            return try await save(Draft(.bytes(content), hash: hash, size: content.count), to: key, if: condition)
        }
        let blob = blobs.newBlob()
        do throws(FileError) {
            try await blobs.write(content, to: blob)
        } catch {
            throw StoreError(error, "put an object")
        }
        return try await save(Draft(.blob(blob), hash: hash, size: content.count), to: key, if: condition)
    }

    func put(
        file path: String, to key: String, in bucket: Bucket, if condition: PutCondition
    ) async throws(StoreError) -> String {
        let key = try ObjectKey(key, in: bucket)
        let draft: Draft
        do throws(FileError) {
            draft = try await self.draft(file: path)
        } catch {
            throw StoreError(error, "put file \(path)")
        }
        return try await save(draft, to: key, if: condition)
    }

    private func draft(file path: String) async throws(FileError) -> Draft {
        let size = try await blobs.pool.run { () throws(FileError) in try File.size(path) }
        if size <= Self.inlineLimit {
            // It may have grown since; a file that is being written gets whatever it holds then.
            let content = try await blobs.pool.run { () throws(FileError) in try File.read(path) }
            if content.count <= Self.inlineLimit {
                return Draft(.bytes(content), hash: SHA256.hash(content), size: content.count)
            }
        }
        let blob = blobs.newBlob()
        let copied = try await blobs.copy(path, to: blob)
        return Draft(.blob(blob), hash: copied.hash, size: copied.size)
    }

    /// Enters an object into the index, in place of the one with its key.
    private func save(_ draft: Draft, to key: ObjectKey, if condition: PutCondition) async throws(StoreError) -> String
    {
        let now = time.now().milliseconds
        let replaced: BlobDirectory.Blob?
        do throws(StoreError) {
            replaced = try await database.write("put an object") { connection in
                let old = try ObjectRow.find(key, connection)
                try Self.check(condition, old)
                try Self.removeContent(of: old, connection)
                var content: Int?
                var blob: String?
                switch draft.content {
                case .bytes(let bytes):
                    content = try connection.query(
                        "INSERT INTO content (bytes) VALUES (?) RETURNING number", bytes
                    ) { $0.int(0) }.first
                case .blob(let file): blob = file.name
                }
                try connection.execute(
                    "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?, ?)",
                    key.bucket, key.bytes, draft.etag, draft.size, now, content, blob)
                return old?.blob
            }
        } catch {
            if case .blob(let blob) = draft.content { blobs.remove([blob]) }
            throw error
        }
        if let replaced { blobs.remove([replaced]) }
        return draft.etag
    }

    private static func check(_ condition: PutCondition, _ old: ObjectRow?) throws(StoreError) {
        switch condition {
        case .always: break
        case .ifAbsent:
            if old != nil { throw StoreError(.conflict, "put an object", "it exists already") }
        case .ifMatches(let etag):
            guard let old else { throw StoreError(.conflict, "put an object", "it is gone") }
            if old.info.etag != etag { throw StoreError(.conflict, "put an object", "it was changed by somebody else") }
        }
    }

    func delete(_ keys: [String], in bucket: Bucket) async throws(StoreError) {
        var checked: [ObjectKey] = []
        for key in keys { checked.append(try ObjectKey(key, in: bucket)) }
        if checked.isEmpty { return }
        let removed = try await database.write("delete objects") { [checked] connection in
            var blobs: [BlobDirectory.Blob] = []
            for key in checked {
                guard let old = try ObjectRow.find(key, connection) else { continue }
                try Self.removeContent(of: old, connection)
                try connection.execute("DELETE FROM object WHERE bucket = ? AND key = ?", key.bucket, key.bytes)
                if let blob = old.blob { blobs.append(blob) }
            }
            return blobs
        }
        blobs.remove(removed)
    }

    private static func removeContent(of row: ObjectRow?, _ connection: Connection) throws {
        guard let content = row?.content else { return }
        try connection.execute("DELETE FROM content WHERE number = ?", content)
    }
}
