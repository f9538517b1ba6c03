import AWSClient
import CryptoTools
public import Stores
import XMLReader

extension S3ObjectStore {
    /// The most keys of one DeleteObjects call.
    private static let batchLimit = 1000

    public func delete(_ keys: [String], in bucket: Bucket) async throws(StoreError) {
        for key in keys { _ = try target(key, in: bucket, "delete") }
        // A key that XML cannot hold goes in a path, and so does one alone: that needs no answer to be read.
        let batched = keys.count > 1 ? keys.filter(S3XML.canHold) : []
        for key in keys where batched.isEmpty || !S3XML.canHold(key) {
            let target = try target(key, in: bucket, "delete")
            do throws(StoreError) { _ = try await send(target.request("DELETE"), target) } catch {
                if error.code != .notFound { throw error }
            }
        }
        for start in stride(from: 0, to: batched.count, by: Self.batchLimit) {
            try await deleteBatch(batched[start..<min(start + Self.batchLimit, batched.count)], in: bucket)
        }
    }

    private func deleteBatch(_ keys: ArraySlice<String>, in bucket: Bucket) async throws(StoreError) {
        let target = bucketTarget(bucket, "delete objects of")
        let objects = keys.map { "<Object><Key>\(S3XML.escape($0))</Key></Object>" }.joined()
        let body = Array(
            "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>\(objects)</Delete>".utf8)
        var request = target.request(
            "POST", query: [("delete", "")],
            headers: [
                ("content-type", "application/xml"),
                // S3 demands a checksum of this body beside the signature's (API reference, DeleteObjects).
                ("x-amz-checksum-sha256", Base64.encode(SHA256.hash(body))), ("x-amz-sdk-checksum-algorithm", "SHA256"),
            ], body: .bytes(body))
        request.mayFailLate = true
        let root = try target.xml(try await send(request, target))
        for error in root.all("Error") {
            let code = error.text(of: "Code") ?? "InternalError"
            if code == "NoSuchKey" { continue }
            let failed = S3Target(bucket: target.bucket, key: error.text(of: "Key") ?? "", verb: "delete")
            throw StoreError(
                s3: AWSError(
                    .service, service: "s3", code: code, message: error.text(of: "Message") ?? "no reason is given",
                    status: code == "InternalError" ? 500 : 200),
                bucket: target.bucket, failed.operation)
        }
    }
}
