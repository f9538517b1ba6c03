import AWSClient
import Stores
import XMLReader

/// The upload of one large object in parts, several at a time. What fails leaves nothing behind: parts that are not put
/// together are charged for until they are removed.
struct S3Upload: Sendable {
    let store: S3ObjectStore
    let content: S3Content
    let target: S3Target
    let condition: PutCondition

    /// Returns the object's ETag.
    func run() async throws(StoreError) -> String {
        let id = try await begin()
        do throws(StoreError) {
            return try await complete(id, try await sendParts(id))
        } catch {
            // Also when this task is cancelled, hence in one of its own.
            await Task { await abort(id) }.value
            throw error
        }
    }

    private func begin() async throws(StoreError) -> String {
        let request = target.request("POST", query: [("uploads", "")])
        let root = try read(try await store.send(request, target))
        guard let id = root.text(of: "UploadId"), !id.isEmpty else {
            throw StoreError(.unavailable, target.operation, "the answer has no UploadId")
        }
        return id
    }

    /// The ETags of all parts in order. After a failure no further part is begun and those on their way are cancelled.
    private func sendParts(_ id: String) async throws(StoreError) -> [String] {
        let parts = store.options.parts(of: content.count)
        let outcome: Result<[String], StoreError> = await withTaskGroup(
            of: (Int, Result<String, StoreError>).self
        ) { group in
            var etags = [String](repeating: "", count: parts.count)
            var begun = 0
            func begin() {
                let number = begun
                group.addTask { await (number, send(number, parts[number], id)) }
                begun += 1
            }
            while begun < min(store.options.parallelParts, parts.count) { begin() }
            while let (number, result) = await group.next() {
                switch result {
                case .success(let etag): etags[number] = etag
                case .failure(let error):
                    group.cancelAll()
                    return .failure(error)
                }
                if begun < parts.count { begin() }
            }
            return .success(etags)
        }
        return try outcome.get()
    }

    private func send(_ number: Int, _ part: (offset: Int, count: Int), _ id: String) async -> Result<
        String, StoreError
    > {
        var request = target.request(
            "PUT", query: [("partNumber", String(number + 1)), ("uploadId", id)],
            body: content.part(part.offset, part.count), timeout: S3ObjectStore.transferTimeout)
        request.inactivityTimeout = store.options.inactivityTimeout
        do throws(StoreError) {
            return .success(try target.etag(try await store.send(request, target)))
        } catch {
            return .failure(error)
        }
    }

    private func complete(_ id: String, _ etags: [String]) async throws(StoreError) -> String {
        let parts = etags.enumerated().map { number, etag in
            "<Part><PartNumber>\(number + 1)</PartNumber><ETag>\"\(S3XML.escape(etag))\"</ETag></Part>"
        }
        let body =
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(parts.joined())</CompleteMultipartUpload>"
        var request = target.request(
            "POST", query: [("uploadId", id)],
            headers: [("content-type", "application/xml")] + condition.headers, body: .bytes(Array(body.utf8)),
            timeout: .seconds(900))
        // S3 sends its status before it has put the parts together.
        request.mayFailLate = true
        request.isIdempotent = condition == .always
        let root = try read(try await store.send(request, target))
        guard let etag = root.text(of: "ETag").map(S3Target.plain), !etag.isEmpty else {
            throw StoreError(.unavailable, target.operation, "the answer has no ETag")
        }
        return etag
    }

    /// If this fails too, a lifecycle rule of the bucket for incomplete uploads is what removes the parts.
    private func abort(_ id: String) async {
        _ = try? await store.send(target.request("DELETE", query: [("uploadId", id)]), target)
    }

    private func read(_ response: AWSResponse) throws(StoreError) -> XMLElement {
        try target.xml(response)
    }
}

extension S3Target {
    func xml(_ response: AWSResponse) throws(StoreError) -> XMLElement {
        do throws(XMLDocument.Failure) { return try XMLDocument.parse(response.body) } catch {
            throw StoreError(.unavailable, operation, "the answer cannot be read: \(error)", underlying: error)
        }
    }
}
