import Glibc
import HTTPClient
import HTTPServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    private let options = HTTPServer.Options(tls: (TestCertificate.certificatePEM, TestCertificate.keyPEM))

    @Test func aTrustedCertificateGivesASecureConnection() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/ca.pem"
            let file = try #require(fopen(path, "w"))
            fputs(TestCertificate.certificatePEM + "\n", file)
            fclose(file)
            try await withServer(options: options, client: .init(caFile: path)) { request in
                HTTPResponse(status: 200, body: request.body)
            } _: { client, base in
                let body = [UInt8](repeating: 65, count: 300_000)
                let response = try await client.send(ClientRequest(method: "POST", url: base, body: body))
                #expect(response.body == body)
            }
        }
    }

    @Test func anUnknownCertificateIsRefused() async throws {
        try await withServer(options: options) { _ in
            HTTPResponse(status: 200)
        } _: { client, base in
            let error = await #expect(throws: HTTPClientError.self) { try await client.send(ClientRequest(url: base)) }
            #expect(error?.code == .tls)
            #expect(error?.description.hasPrefix("no secure connection to \(base): ") == true)
        }
    }

    @Test func plainHTTPDoesNotGetThrough() async throws {
        try await withServer(options: options) { _ in
            HTTPResponse(status: 200)
        } _: { client, base in
            let url = "http" + base.dropFirst("https".count)
            await #expect(throws: HTTPClientError.self) { try await client.send(ClientRequest(url: url)) }
        }
    }
}
