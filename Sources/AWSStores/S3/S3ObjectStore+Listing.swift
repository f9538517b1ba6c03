import AWSClient
import FOQUSModel
public import Stores
import XMLReader

extension S3ObjectStore {
    /// Keys come in the order of their bytes, as general purpose buckets list them (directory buckets do not).
    public func list(
        prefix: String, in bucket: Bucket, after: String?, limit: Int
    ) async throws(StoreError) -> ObjectListing {
        let target = bucketTarget(bucket, "list")
        guard limit > 0 else { return ObjectListing(objects: [], next: nil) }
        var query = [
            (name: "list-type", value: "2"), (name: "max-keys", value: String(min(limit, 1000))),
            // Keys may hold what XML cannot.
            (name: "encoding-type", value: "url"),
        ]
        if !prefix.isEmpty { query.append(("prefix", prefix)) }
        if let after { query.append(("start-after", after)) }
        let root = try target.xml(try await send(target.request("GET", query: query), target))
        guard root.name == "ListBucketResult" else {
            throw StoreError(.unavailable, target.operation, "the answer is no listing but <\(root.name)>")
        }
        // A listing that is not whole must not pass for one of an empty bucket.
        guard let isTruncated = root.text(of: "IsTruncated") else {
            throw StoreError(.unavailable, target.operation, "the answer does not say whether it is all")
        }
        let isEncoded = root.text(of: "EncodingType") == "url"
        var objects: [ObjectInfo] = []
        for content in root.all("Contents") { objects.append(try Self.info(content, isEncoded, target)) }
        return ObjectListing(objects: objects, next: isTruncated == "true" ? objects.last?.key : nil)
    }

    private static func info(
        _ content: XMLElement, _ isEncoded: Bool, _ target: S3Target
    ) throws(StoreError) -> ObjectInfo {
        guard let key = content.text(of: "Key"), let etag = content.text(of: "ETag"),
            let size = content.text(of: "Size").flatMap({ Int($0) }),
            let modified = content.text(of: "LastModified").flatMap({ Timestamp(iso: $0) })
        else { throw StoreError(.unavailable, target.operation, "the answer has an object that cannot be read") }
        return ObjectInfo(
            key: isEncoded ? S3Key.decode(key) : key, etag: S3Target.plain(etag), size: size, modified: modified)
    }
}
