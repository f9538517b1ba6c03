import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct TLSStartTests {
    @Test func aBadCertificateIsRefusedAtTheStartAndThePortIsFreeAgain() async throws {
        let server = try HTTPServer.start { _ in HTTPResponse(status: 200) }
        let port = server.port
        await server.stop()
        let error = #expect(throws: HTTPServerError.self) {
            _ = try HTTPServer.start(.init(port: port, tls: ("no certificate", "no key"))) { _ in
                HTTPResponse(status: 200)
            }
        }
        #expect(error?.code == .tls)
        #expect(error?.description.contains("127.0.0.1:\(port)") == true)
        #expect(error?.description.contains("gave no reason") == false)
        let second = try HTTPServer.start(.init(port: port)) { _ in HTTPResponse(status: 200) }
        #expect(second.port == port)
        await second.stop()
    }
}
