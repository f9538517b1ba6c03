import AWSStores
import FOQUSModel
import FileKit
import HTTPServer
import Stores
import TestSupport
import Testing
import Threading

/// Getting objects in parts, of servers where they change, end early or come whole.
struct S3DownloadTests {
    /// One object, which may be replaced.
    private struct Served: Sendable {
        var content: [UInt8]
        var etag: String

        func answer(_ request: HTTPRequest) -> HTTPResponse {
            if let wanted = request.headers["if-match"], wanted != "\"\(etag)\"" {
                return .s3Error(412, "PreconditionFailed")
            }
            var headers: HTTPHeaders = ["ETag": "\"\(etag)\"", "Last-Modified": "Tue, 24 Nov 2026 03:19:11 GMT"]
            guard let field = request.headers["range"] else {
                return HTTPResponse(status: 200, headers: headers, body: content)
            }
            let ends = field.dropFirst(6).split(separator: "-").compactMap { Int($0) }
            guard ends[0] < content.count else { return .s3Error(416, "InvalidRange") }
            let last = min(ends[1], content.count - 1)
            headers["Content-Range"] = "bytes \(ends[0])-\(last)/\(content.count)"
            return HTTPResponse(status: 206, headers: headers, body: Array(content[ends[0]...last]))
        }
    }

    private static var small: S3Options {
        var options = S3Options()
        options.partSize = 100
        return options
    }

    /// Runs `body` with a store and a path that holds an old file in a directory of its own.
    private func with(
        answer: @escaping FakeS3.Handler, _ body: (FakeS3, String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { scratch in
            let path = "\(scratch)/target"
            try await onThread { try File.write(Array("old".utf8), to: path) }
            try await FakeS3.with(options: Self.small, answer: answer) { s3 in try await body(s3, path) }
            let names = try await onThread { try Directory.list(scratch).map(\.name) }
            #expect(names == ["target"], "files are left over")
        }
    }

    private func read(_ path: String) async throws -> [UInt8] { try await onThread { try File.read(path) } }

    @Test(arguments: [0, 1, 99, 100, 101, 1050]) func comesInParts(_ size: Int) async throws {
        let served = Served(content: pseudorandom(size), etag: "one")
        let answer: FakeS3.Handler = { served.answer($0) }
        try await with(answer: answer) { s3, path in
            let info = try await s3.store.get("key", in: .sessions, toFile: path)
            #expect(info.size == size)
            #expect(info.etag == "one")
            #expect(info.modified.description == "2026-11-24T03:19:11.000Z")
            let file = try await read(path)
            #expect(file == served.content)
            #expect(s3.requests.count == max((size + 99) / 100, size == 0 ? 2 : 1))
            let pins = s3.requests.map { $0.headers["if-match"] }
            #expect(pins == [nil] + (size == 0 ? [nil] : Array(repeating: "\"one\"", count: max(0, (size - 1) / 100))))
        }
    }

    @Test func aServerWithoutRangesSendsAll() async throws {
        let served = Served(content: pseudorandom(1050), etag: "one")
        let answer: FakeS3.Handler = { request in
            var request = request
            request.headers["range"] = nil
            return served.answer(request)
        }
        try await with(answer: answer) { s3, path in
            let info = try await s3.store.get("key", in: .sessions, toFile: path)
            #expect(info.size == 1050)
            let file = try await read(path)
            #expect(file == served.content)
            #expect(s3.requests.count == 1)
        }
    }

    @Test func anObjectThatIsReplacedMeanwhileComesWhole() async throws {
        let old = Served(content: pseudorandom(1050), etag: "one")
        let new = Served(content: pseudorandom(830, seed: 2), etag: "two")
        let count = Locked(0)
        let answer: FakeS3.Handler = { request in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return number <= 4 ? old.answer(request) : new.answer(request)
        }
        try await with(answer: answer) { s3, path in
            let info = try await s3.store.get("key", in: .sessions, toFile: path)
            #expect(info.etag == "two")
            let file = try await read(path)
            #expect(file == new.content)
        }
    }

    @Test func anObjectThatNeverStaysIsUnavailable() async throws {
        let count = Locked(0)
        let answer: FakeS3.Handler = { request in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return Served(content: pseudorandom(500), etag: "\(number)").answer(request)
        }
        try await with(answer: answer) { s3, path in
            let error = try await storeError { try await s3.store.get("key", in: .sessions, toFile: path) }
            #expect(error.code == .unavailable)
            let file = try await read(path)
            #expect(file == Array("old".utf8))
        }
    }

    @Test(arguments: ["bytes=0-99", "bytes=200-299"]) func aPartThatIsTooShortIsNoPart(_ range: String) async throws {
        let served = Served(content: pseudorandom(1050), etag: "one")
        let answer: FakeS3.Handler = { request in
            var response = served.answer(request)
            if request.headers["range"] == range { response.body.removeLast() }
            return response
        }
        try await with(answer: answer) { s3, path in
            let error = try await storeError { try await s3.store.get("key", in: .sessions, toFile: path) }
            #expect(error.code == .unavailable)
            let file = try await read(path)
            #expect(file == Array("old".utf8))
        }
    }

    @Test func whatIsNotThereLeavesTheFileAlone() async throws {
        let answer: FakeS3.Handler = { _ in .s3Error(404, "NoSuchKey") }
        try await with(answer: answer) { s3, path in
            let error = try await storeError { try await s3.store.get("key", in: .sessions, toFile: path) }
            #expect(error.code == .notFound)
            let file = try await read(path)
            #expect(file == Array("old".utf8))
        }
    }

    @Test func aPlaceThatIsNoneIsInvalid() async throws {
        let served = Served(content: [1], etag: "one")
        let answer: FakeS3.Handler = { served.answer($0) }
        try await with(answer: answer) { s3, path in
            let error = try await storeError {
                try await s3.store.get("key", in: .sessions, toFile: "\(path)/below a file")
            }
            #expect(error.code == .invalid)
            #expect(s3.requests.isEmpty)
        }
    }

    @Test func memoryHasALimit() async throws {
        var options = S3Options()
        options.memoryLimit = 1000
        let served = Served(content: pseudorandom(1001), etag: "one")
        let answer: FakeS3.Handler = { served.answer($0) }
        try await FakeS3.with(options: options, answer: answer) { s3 in
            let error = try await storeError { try await s3.store.get("key", in: .sessions) }
            #expect(error.code == .invalid)
        }
    }
}
