import AWSStores
import CryptoTools
import FOQUSModel
import HTTPServer
import Stores
import Testing

/// Listings, deletions and errors as S3 words them.
struct S3AnswerTests {
    @Test(arguments: [
        (404, "NoSuchBucket", StoreError.Code.missing), (404, "NoSuchKey", .notFound),
        (403, "AccessDenied", .denied), (400, "RequestTimeout", .unavailable), (503, "SlowDown", .throttled),
        (500, "InternalError", .unavailable), (400, "XAmzContentSHA256Mismatch", .unavailable),
        (301, "PermanentRedirect", .missing), (400, "InvalidBucketName", .invalid),
    ]) func errorsSayWhatToDo(_ status: Int, _ code: String, _ wanted: StoreError.Code) async throws {
        let answer: FakeS3.Handler = { _ in .s3Error(status, code) }
        try await FakeS3.with(answer: answer) { s3 in
            let error = try await storeError { try await s3.store.get("a\nkey", in: .sessions) }
            #expect(error.code == wanted)
            #expect(error.description.contains(#"get "a\nkey" of the bucket bucket-sessions"#))
        }
    }

    @Test func anAnswerToHeadHasNoCode() async throws {
        let answer: FakeS3.Handler = { request in .s3(request.path.hasSuffix("none") ? 404 : 403) }
        try await FakeS3.with(answer: answer) { s3 in
            let none = try await s3.store.info("none", in: .sessions)
            #expect(none == nil)
            let error = try await storeError { try await s3.store.info("some", in: .sessions) }
            #expect(error.code == .denied)
        }
    }

    @Test func listingsAreDecodedOnce() async throws {
        let xml = """
            <?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType>
            <IsTruncated>true</IsTruncated><NextContinuationToken>not ours</NextContinuationToken>
            <Contents><Key>a+b%2Bc%2541%01</Key><LastModified>2026-11-24T03:19:11.250Z</LastModified>
            <ETag>&quot;abc-2&quot;</ETag><Size>12</Size></Contents></ListBucketResult>
            """
        let answer: FakeS3.Handler = { _ in .s3(200, xml) }
        try await FakeS3.with(answer: answer) { s3 in
            let page = try await s3.store.list(prefix: "a b+", in: .sessions, after: "a/&", limit: 5000)
            #expect(page.objects.map(\.key) == ["a b+c%41\u{1}"])
            #expect(page.objects.first?.etag == "abc-2")
            #expect(page.objects.first?.size == 12)
            #expect(page.objects.first?.modified.description == "2026-11-24T03:19:11.250Z")
            #expect(page.next == "a b+c%41\u{1}")
            let request = s3.requests[0]
            #expect(request.path == "/bucket-sessions")
            for (name, value) in [
                ("list-type", "2"), ("encoding-type", "url"), ("prefix", "a b+"), ("start-after", "a/&"),
                ("max-keys", "1000"),
            ] { #expect(request.queryValue(name) == value) }
        }
    }

    @Test(arguments: [
        "", "no XML", "<html/>", "<ListBucketResult><Contents>",
        "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><LastModified>today</LastModified><ETag>e</ETag><Size>1</Size></Contents></ListBucketResult>",
    ]) func whatIsNoListingIsAnError(_ text: String) async throws {
        let answer: FakeS3.Handler = { _ in .s3(200, text) }
        try await FakeS3.with(answer: answer) { s3 in
            let error = try await storeError {
                try await s3.store.list(prefix: "", in: .sessions, after: nil, limit: 9)
            }
            #expect(error.code == .unavailable)
        }
    }

    @Test func manyKeysAreDeletedAThousandAtATime() async throws {
        let keys = (0..<2500).map { "key \($0) <&>" } + ["with\u{1}control"]
        let answer: FakeS3.Handler = { $0.method == "DELETE" ? .s3(204) : .s3(200, "<DeleteResult/>") }
        try await FakeS3.with(answer: answer) { s3 in
            try await s3.store.delete(keys, in: .sessions)
            let batches = s3.requests("POST")
            let texts = batches.map { String(decoding: $0.body, as: UTF8.self) }
            #expect(texts.map { $0.split(separator: "<Object>").count - 1 } == [1000, 1000, 500])
            #expect(texts[0].contains("<Key>key 0 &lt;&amp;&gt;</Key>"))
            // S3 refuses this call without a checksum of its body.
            for batch in batches {
                #expect(batch.headers["x-amz-checksum-sha256"] == Base64.encode(SHA256.hash(batch.body)))
            }
            #expect(s3.requests("DELETE").map(\.path) == ["/bucket-sessions/with%01control"])
        }
    }

    @Test func aKeyThatIsNotDeletedIsAnError() async throws {
        let xml = """
            <DeleteResult><Error><Key>gone</Key><Code>NoSuchKey</Code></Error>
            <Error><Key>kept</Key><Code>AccessDenied</Code><Message>by a policy</Message></Error></DeleteResult>
            """
        let answer: FakeS3.Handler = { _ in .s3(200, xml) }
        try await FakeS3.with(answer: answer) { s3 in
            let error = try await storeError { try await s3.store.delete(["gone", "kept"], in: .sessions) }
            #expect(error.code == .denied)
            #expect(error.description.contains("kept"))
            #expect(error.description.contains("by a policy"))
        }
    }
}
