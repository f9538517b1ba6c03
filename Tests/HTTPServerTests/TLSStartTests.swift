import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct TLSStartTests {
    @Test func aBadCertificateIsRefusedAtTheStartAndThePortIsFreeAgain() async throws {
        // An address of its own, so that no other test can be given the port in between.
        let address = "127.77.0.1"
        let server = try HTTPServer.start(.init(address: address)) { _ in HTTPResponse(status: 200) }
        let port = server.port
        await server.stop()
        let error = #expect(throws: HTTPServerError.self) {
            _ = try HTTPServer.start(.init(address: address, port: port, tls: ("no certificate", "no key"))) { _ in
                HTTPResponse(status: 200)
            }
        }
        #expect(error?.code == .tls)
        #expect(error?.description.contains("\(address):\(port)") == true)
        #expect(error?.description.contains("gave no reason") == false)
        let second = try HTTPServer.start(.init(address: address, port: port)) { _ in HTTPResponse(status: 200) }
        #expect(second.port == port)
        await second.stop()
    }
}
