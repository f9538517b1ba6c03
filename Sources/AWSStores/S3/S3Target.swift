import AWSClient
import FOQUSModel
import Stores

/// The object, or the bucket, that a call is about, and what is done to it.
struct S3Target: Sendable {
    /// The bucket's name.
    let bucket: String
    /// Empty for the bucket itself.
    let key: String
    /// What is done, for messages: `get`.
    let verb: String

    /// For messages: `get "results/1.json" of the bucket sessions`. Control characters of the key are escaped.
    var operation: String {
        key.isEmpty ? "\(verb) the bucket \(bucket)" : "\(verb) \(key.debugDescription) of the bucket \(bucket)"
    }

    func request(
        _ method: String, query: [(name: String, value: String)] = [], headers: [(name: String, value: String)] = [],
        body: AWSRequest.Body = .bytes([]), timeout: Duration = .seconds(60)
    ) -> AWSRequest {
        AWSRequest(
            method: method, path: key.isEmpty ? "/\(bucket)" : "/\(bucket)/\(key)", query: query, headers: headers,
            body: body, timeout: timeout)
    }

    /// What an answer's fields tell of the object.
    func info(_ response: AWSResponse, size: Int) throws(StoreError) -> ObjectInfo {
        guard let modified = response.header("last-modified").flatMap({ HTTPDate.parse($0) }) else {
            throw StoreError(.unavailable, operation, "the answer does not tell when it was changed")
        }
        return ObjectInfo(key: key, etag: try etag(response), size: size, modified: modified)
    }

    func etag(_ response: AWSResponse) throws(StoreError) -> String {
        guard let etag = response.header("etag").map(Self.plain), !etag.isEmpty else {
            throw StoreError(.unavailable, operation, "the answer has no ETag")
        }
        return etag
    }

    /// An ETag without the quotation marks that belong to HTTP, not to it.
    static func plain(_ etag: String) -> String { etag.filter { $0 != "\"" } }
}
