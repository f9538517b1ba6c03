import AWSStores
import CryptoTools
import FileKit
import HTTPServer
import Stores
import TestSupport
import Testing
import Threading

/// Puts, whole and in parts, against servers that fail in all the ways that the peers do not.
struct S3UploadTests {
    private static let begun = HTTPResponse.s3(
        200, "<InitiateMultipartUploadResult><UploadId>id/+=</UploadId></InitiateMultipartUploadResult>")
    private static let completed = HTTPResponse.s3(
        200, "<CompleteMultipartUploadResult><ETag>&quot;whole-11&quot;</ETag></CompleteMultipartUploadResult>")

    /// Parts as small as no real S3 takes them.
    private static var small: S3Options {
        var options = S3Options()
        options.singlePutLimit = 100
        options.partSize = 100
        return options
    }

    @Test func aSmallObjectIsOneRequest() async throws {
        let answer: FakeS3.Handler = { _ in .etag("abc") }
        try await FakeS3.with(answer: answer) { s3 in
            let etag = try await s3.store.put([1, 2], to: "a/b +", in: .sessions)
            #expect(etag == "abc")
            #expect(s3.requests.map(\.method) == ["PUT"])
            #expect(s3.requests[0].path == "/bucket-sessions/a/b%20%2B")
            #expect(s3.requests[0].headers["if-none-match"] == nil)
        }
    }

    @Test(arguments: [true, false]) func aLargeObjectGoesInParts(_ isFile: Bool) async throws {
        let content = pseudorandom(1050)
        let running = Locked((now: 0, most: 0))
        try await withTemporaryDirectory { scratch in
            let path = "\(scratch)/source"
            try await onThread { try File.write(content, to: path) }
            let answer: FakeS3.Handler = { request in
                guard request.method == "PUT" else {
                    return request.queryValue("uploads") == nil ? Self.completed : Self.begun
                }
                running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                await Task.yield()
                running.withLock { $0.now -= 1 }
                return .etag("part \(request.queryValue("partNumber") ?? "")")
            }
            try await FakeS3.with(options: Self.small, answer: answer) { s3 in
                let etag =
                    isFile
                    ? try await s3.store.put(file: path, to: "key", in: .sessions, if: .ifAbsent)
                    : try await s3.store.put(content, to: "key", in: .sessions, if: .ifAbsent)
                #expect(etag == "whole-11")
                let parts = s3.requests("PUT").sorted { number($0) < number($1) }
                #expect(parts.map(number) == Array(1...11))
                #expect(parts.flatMap(\.body) == content)
                #expect(parts.allSatisfy { $0.queryValue("uploadId") == "id/+=" })
                // The condition is one of the whole, and is told when it is put together.
                #expect(parts.allSatisfy { $0.headers["if-none-match"] == nil })
                let complete = try #require(s3.requests("POST").last)
                #expect(complete.headers["if-none-match"] == "*")
                let text = String(decoding: complete.body, as: UTF8.self)
                #expect(text.contains("<Part><PartNumber>11</PartNumber><ETag>\"part 11\"</ETag></Part></Complete"))
                #expect(s3.requests("DELETE").isEmpty)
            }
        }
        #expect(running.withLock { $0.most } <= 4)
    }

    private func number(_ request: HTTPRequest) -> Int { Int(request.queryValue("partNumber") ?? "") ?? 0 }

    @Test(arguments: ["part", "complete", "late"]) func whatFailsLeavesNoParts(_ place: String) async throws {
        let answer: FakeS3.Handler = { request in
            switch request.method {
            case "DELETE": return .s3(204)
            case "PUT":
                let isThird = request.queryValue("partNumber") == "3"
                return place == "part" && isThird ? .s3Error(403, "AccessDenied") : .etag("x")
            default:
                if request.queryValue("uploads") != nil { return Self.begun }
                return place == "late" ? .s3Error(200, "InternalError") : .s3Error(403, "AccessDenied")
            }
        }
        try await FakeS3.with(options: Self.small, answer: answer) { s3 in
            let error = try await storeError { try await s3.store.put(pseudorandom(900), to: "key", in: .sessions) }
            #expect(error.code == (place == "late" ? .unavailable : .denied))
            let aborts = s3.requests("DELETE")
            #expect(aborts.count == 1)
            #expect(aborts.first?.queryValue("uploadId") == "id/+=")
            if place == "part" { #expect(s3.requests("POST").count == 1, "an upload with a part missing is completed") }
        }
    }

    @Test func anErrorAfterTheStatusIsTriedAgain() async throws {
        let failures = Locked(2)
        let answer: FakeS3.Handler = { request in
            guard request.method == "POST" else { return .etag("x") }
            if request.queryValue("uploads") != nil { return Self.begun }
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            return fails ? .s3Error(200, "InternalError") : Self.completed
        }
        try await FakeS3.with(options: Self.small, answer: answer) { s3 in
            let etag = try await s3.store.put(pseudorandom(300), to: "key", in: .sessions)
            #expect(etag == "whole-11")
        }
    }

    @Test(.timeLimit(.minutes(1))) func aCancelledUploadLeavesNoParts() async throws {
        let answer: FakeS3.Handler = { request in
            switch request.method {
            case "DELETE": return .s3(204)
            case "POST": return Self.begun
            default:
                // Until the server stops.
                try? await Task.sleep(for: .seconds(600))
                return .etag("x")
            }
        }
        try await FakeS3.with(options: Self.small, answer: answer) { s3 in
            let put = Task { try await s3.store.put(pseudorandom(900), to: "key", in: .sessions) }
            try await eventually("parts on their way") { s3.requests("PUT").count == 4 }
            put.cancel()
            let error = try await storeError { try await put.value }
            #expect(error.isTransient)
            #expect(s3.requests("DELETE").count == 1)
            #expect(s3.requests("PUT").count == 4, "parts are begun after the end")
        }
    }

    @Test func aRaceIsRunAgain() async throws {
        let answers = Locked([HTTPResponse.s3Error(409, "ConditionalRequestConflict")])
        let answer: FakeS3.Handler = { _ in
            answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        }
        try await FakeS3.with(answer: answer) { s3 in
            let error = try await storeError { try await s3.store.put([1], to: "key", in: .sessions, if: .ifAbsent) }
            #expect(error.code == .conflict)
            let count = s3.requests.count
            #expect(count > 3)
            answers.withLock { $0 += [.s3Error(409, "ConditionalRequestConflict"), .etag("new")] }
            #expect(try await s3.store.put([1], to: "key", in: .sessions, if: .ifAbsent) == "new")
            #expect(s3.requests.count == count + 3)
            #expect(s3.requests.allSatisfy { $0.headers["if-none-match"] == "*" })
        }
    }

    @Test func aConditionThatFailsIsAConflict() async throws {
        let answer: FakeS3.Handler = { request in
            request.headers["if-match"] == nil ? .s3Error(412, "PreconditionFailed") : .s3Error(404, "NoSuchKey")
        }
        try await FakeS3.with(answer: answer) { s3 in
            for condition in [PutCondition.ifAbsent, .ifMatches("abc")] {
                let error = try await storeError {
                    try await s3.store.put([1], to: "key", in: .sessions, if: condition)
                }
                #expect(error.code == .conflict)
            }
            #expect(s3.requests.map { $0.headers["if-match"] } == [nil, "\"abc\""])
        }
    }

    @Test func aFileThatIsNotThereIsNoRequest() async throws {
        let answer: FakeS3.Handler = { _ in .etag("x") }
        try await FakeS3.with(answer: answer) { s3 in
            let error = try await storeError {
                try await s3.store.put(file: "/nowhere/file", to: "key", in: .sessions, if: .always)
            }
            #expect(error.code == .invalid)
            #expect(s3.requests.isEmpty)
        }
    }
}
