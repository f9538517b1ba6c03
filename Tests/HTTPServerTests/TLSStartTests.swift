import Glibc
import HTTPServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct TLSStartTests {
    @Test func aBadCertificateIsRefusedAtTheStartAndThePortIsFreeAgain() async throws {
        // An address of its own, so that no other test can be given the port in between.
        let address = "127.77.0.1"
        let server = try HTTPServer.start(.init(address: address)) { _ in HTTPResponse(status: 200) }
        let port = server.port
        await server.stop()
        let refusal = try await start(.init(address: address, port: port, tls: ("no certificate", "no key")))
        let error = #expect(throws: HTTPServerError.self) { try refusal.get() }
        #expect(error?.code == .tls)
        #expect(error?.description.contains("\(address):\(port)") == true)
        #expect(error?.description.contains("gave no reason") == false)
        let second = try await start(.init(address: address, port: port)).get()
        #expect(second.port == port)
        await second.stop()
    }

    /// Starts a server when its port is free. A program that another test starts has our closed socket too, from its fork to
    /// its exec.
    private func start(_ options: HTTPServer.Options) async throws -> Result<HTTPServer, HTTPServerError> {
        var result: Result<HTTPServer, HTTPServerError>?
        try await eventually("the port is free") {
            result = Result { () throws(HTTPServerError) in
                try HTTPServer.start(options) { _ in HTTPResponse(status: 200) }
            }
            if case .failure(let error)? = result { return error.code != .cannotListen(EADDRINUSE) }
            return true
        }
        return try #require(result)
    }
}
