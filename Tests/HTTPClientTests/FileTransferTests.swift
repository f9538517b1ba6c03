import Glibc
import HTTPClient
import HTTPServer
import TestSupport
import Testing
import Threading

@Suite(.timeLimit(.minutes(1))) struct FileTransferTests {
    private static func noise(_ count: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: 11)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    private func write(_ bytes: [UInt8], _ path: String) throws {
        let file = try #require(fopen(path, "w"))
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    private func read(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }

    private let echo: HTTPServer.Handler = { request in
        HTTPResponse(status: 200, headers: ["X-Method": request.method], body: request.body)
    }

    @Test(arguments: [(0, 0), (0, 1), (3, 100_000), (1_000_003, 2_000_000)])
    func aPartOfAFileIsSent(offset: Int, count: Int) async throws {
        let content = Self.noise(3_000_100)
        try await withTemporaryDirectory { folder in
            try write(content, folder + "/in")
            let part = ClientRequest.FilePart(
                try TransferFile(reading: folder + "/in"), offset: offset, count: count)
            try await withServer(handler: echo) { client, base in
                let response = try await client.send(
                    ClientRequest(method: "PUT", url: base, body: [9, 9], bodyFile: part))
                #expect(response.header("X-Method") == "PUT")
                #expect(response.body == Array(content[offset..<offset + count]))
            }
        }
    }

    @Test func manyRequestsShareAFile() async throws {
        let content = Self.noise(1_000_000)
        try await withTemporaryDirectory { folder in
            try write(content, folder + "/in")
            let input = try TransferFile(reading: folder + "/in")
            let output = try TransferFile(writing: folder + "/out")
            try await withServer(handler: echo) { client, base in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<10 {
                        group.addTask {
                            let request = ClientRequest(
                                method: "PUT", url: base,
                                bodyFile: .init(input, offset: number * 100_000, count: 100_000),
                                output: .init(output, offset: number * 100_000))
                            let response = try await client.send(request)
                            #expect(response.body.isEmpty)
                            return response.fileCount
                        }
                    }
                    for try await count in group { #expect(count == 100_000) }
                }
            }
            #expect(try read(folder + "/out") == content)
        }
    }

    /// A kept connection that turns out dead, and a redirection: the body is read once more from its beginning.
    @Test func aBodyFromAFileCanBeSentAgain() async throws {
        let content = Self.noise(300_000)
        try await withTemporaryDirectory { folder in
            try write(content, folder + "/in")
            let part = ClientRequest.FilePart(try TransferFile(reading: folder + "/in"), offset: 7, count: 200_000)
            try await withServer { request in
                request.path == "/end"
                    ? HTTPResponse(status: 200, body: request.body)
                    : HTTPResponse(status: 307, headers: ["Location": "/end"])
            } _: { client, base in
                let response = try await client.send(
                    ClientRequest(method: "PUT", url: base, redirectLimit: 1, bodyFile: part))
                #expect(response.body == Array(content[7..<200_007]))
            }
        }
    }

    @Test func anErrorsBodyStaysInMemory() async throws {
        try await withTemporaryDirectory { folder in
            let output = try TransferFile(writing: folder + "/out")
            try await withServer { _ in
                HTTPResponse(status: 404, text: "no such thing")
            } _: { client, base in
                let response = try await client.send(ClientRequest(url: base, output: .init(output)))
                #expect(response.body == Array("no such thing".utf8))
                #expect(response.fileCount == 0)
            }
            #expect(try output.size() == 0)
        }
    }

    @Test func theLimitIsOneOfMemory() async throws {
        let content = Self.noise(500_000)
        try await withTemporaryDirectory { folder in
            let output = try TransferFile(writing: folder + "/out")
            try await withServer { _ in
                HTTPResponse(status: 200, body: content)
            } _: { client, base in
                let response = try await client.send(
                    ClientRequest(url: base, responseLimit: 1000, output: .init(output)))
                #expect(response.fileCount == 500_000)
            }
            #expect(try read(folder + "/out") == content)
        }
    }

    @Test func aFileThatIsTooShortFails() async throws {
        try await withTemporaryDirectory { folder in
            try write([1, 2, 3], folder + "/in")
            let file = try TransferFile(reading: folder + "/in")
            try await withServer(handler: echo) { client, base in
                let request = ClientRequest(method: "PUT", url: base, bodyFile: .init(file, count: 10))
                let error = await #expect(throws: HTTPClientError.self) { try await client.send(request) }
                #expect(error?.code == .file(0))
                #expect(
                    error?.description
                        == "\(folder)/in is shorter than the 10 bytes that were to be sent of it")
            }
        }
    }

    @Test func aFullDiskIsNamed() async throws {
        let full = try TransferFile(writing: "/dev/full", truncating: false)
        try await withServer { _ in
            HTTPResponse(status: 200, text: "more than nothing")
        } _: { client, base in
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(ClientRequest(url: base, output: .init(full)))
            }
            #expect(error?.code == .file(ENOSPC))
            #expect(error?.description == "cannot write /dev/full: No space left on device")
        }
    }

    @Test func aMissingFileIsNamed() {
        let error = #expect(throws: HTTPClientError.self) { try TransferFile(reading: "/nowhere/x") }
        #expect(error?.code == .file(ENOENT))
        #expect(error?.description == "cannot open /nowhere/x: No such file or directory")
    }
}
