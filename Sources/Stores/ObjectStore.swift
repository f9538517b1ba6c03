public import FOQUSModel

/// The buckets of the contract.
public enum Bucket: String, Sendable, Hashable, CaseIterable {
    case simulations
    case sessions
}

/// What is known of an object without its content.
public struct ObjectInfo: Sendable, Hashable {
    public let key: String
    /// Changes whenever the content does.
    public let etag: String
    /// Bytes.
    public let size: Int
    public let modified: Timestamp

    public init(key: String, etag: String, size: Int, modified: Timestamp) {
        self.key = key
        self.etag = etag
        self.size = size
        self.modified = modified
    }
}

/// One page of a listing.
public struct ObjectListing: Sendable, Hashable {
    public let objects: [ObjectInfo]
    /// Pass it as `after` for the next page; nil at the end.
    public let next: String?

    public init(objects: [ObjectInfo], next: String?) {
        self.objects = objects
        self.next = next
    }
}

/// When a put may take place.
public enum PutCondition: Sendable, Hashable {
    case always
    /// Throws `conflict` when the object exists.
    case ifAbsent
    /// Throws `conflict` when the object's ETag is another, or it is gone.
    case ifMatches(String)
}

/// Objects by key: any UTF-8 of 1 to 1024 bytes without NUL. A reader sees a whole old or a whole new object.
public protocol ObjectStore: Sendable {
    /// Returns the new ETag.
    func put(_ content: [UInt8], to key: String, in bucket: Bucket, if condition: PutCondition) async throws(StoreError)
        -> String
    func put(file path: String, to key: String, in bucket: Bucket, if condition: PutCondition) async throws(StoreError)
        -> String
    /// Throws `notFound`.
    func get(_ key: String, in bucket: Bucket) async throws(StoreError) -> [UInt8]
    /// Writes the object to a new file at `path`. Throws `notFound`.
    func get(_ key: String, in bucket: Bucket, toFile path: String) async throws(StoreError) -> ObjectInfo
    func info(_ key: String, in bucket: Bucket) async throws(StoreError) -> ObjectInfo?
    /// Keys that begin with `prefix`, in the order of their bytes, from just after `after`; at most `limit` (≤ 1000).
    func list(prefix: String, in bucket: Bucket, after: String?, limit: Int) async throws(StoreError) -> ObjectListing
    /// Removing what is not there is no error.
    func delete(_ keys: [String], in bucket: Bucket) async throws(StoreError)
}

extension ObjectStore {
    public func put(_ content: [UInt8], to key: String, in bucket: Bucket) async throws(StoreError) -> String {
        try await put(content, to: key, in: bucket, if: .always)
    }

    /// Every key that begins with `prefix`, page by page, up to `limit` in all.
    public func listAll(prefix: String, in bucket: Bucket, limit: Int) async throws(StoreError) -> [ObjectInfo] {
        var found: [ObjectInfo] = []
        var after: String?
        repeat {
            let page = try await list(prefix: prefix, in: bucket, after: after, limit: min(1000, limit - found.count))
            found += page.objects
            after = page.next
        } while after != nil && found.count < limit
        return found
    }
}
