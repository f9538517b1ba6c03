import FOQUSModel
import SQLiteKit
import Stores

/// An object as it lies in the index.
struct ObjectRow: Sendable {
    let info: ObjectInfo
    /// The row of its content, for a small object.
    let content: Int?
    /// The file of its content, for a large object.
    let blob: BlobDirectory.Blob?

    static let select = "SELECT key, etag, size, modified, content, blob FROM object"

    init(_ row: Row) throws {
        guard let key = String(validating: row.blob(0), as: UTF8.self) else {
            throw UnreadableRow("the key of an object is not UTF-8")
        }
        info = ObjectInfo(
            key: key, etag: row.text(1), size: row.int(2), modified: row.time(3))
        content = row.optionalInt(4)
        blob = row.optionalText(5).map(BlobDirectory.Blob.init)
    }

    static func find(_ key: ObjectKey, _ connection: Connection) throws -> ObjectRow? {
        try connection.query("\(select) WHERE bucket = ? AND key = ?", key.bucket, key.bytes) { try ObjectRow($0) }
            .first
    }
}

/// A checked key with its bucket, as the index holds them.
struct ObjectKey: Sendable {
    /// Bytes.
    static let limit = 1024

    let bucket: String
    let bytes: [UInt8]

    init(_ key: String, in bucket: Bucket) throws(StoreError) {
        let bytes = Array(key.utf8)
        guard (1...Self.limit).contains(bytes.count), !bytes.contains(0) else {
            let reason =
                bytes.isEmpty
                ? "it is empty" : bytes.contains(0) ? "it holds a NUL" : "it has \(bytes.count) bytes, more than 1024"
            throw StoreError(.invalid, "use an object key", reason)
        }
        self.bucket = bucket.rawValue
        self.bytes = bytes
    }

    /// The first key after all that begin with `prefix`; nil when there is none.
    static func end(of prefix: [UInt8]) -> [UInt8]? {
        var end = prefix
        while let last = end.popLast() {
            if last < 0xff { return end + [last + 1] }
        }
        return nil
    }
}
