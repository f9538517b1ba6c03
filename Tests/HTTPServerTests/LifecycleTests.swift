import Glibc
import HTTPServer
import TestSupport
import Testing
import Threading

@Suite(.timeLimit(.minutes(1))) struct LifecycleTests {
    private static let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func stoppingWaitsForAnswersInFlight() async throws {
        let (release, releaser) = AsyncStream.makeStream(of: Void.self)
        let entered = Locked(false)
        let server = try HTTPServer.start { _ in
            entered.withLock { $0 = true }
            for await _ in release { break }
            return HTTPResponse(status: 200, text: "late")
        }
        let client = try RawClient(port: server.port)
        try await client.send(Self.request)
        try await eventually("the handler runs") { entered.withLock { $0 } }
        let stopped = Locked(false)
        async let stop: Void = {
            await server.stop()
            stopped.withLock { $0 = true }
        }()
        // The listening socket is the first to go.
        try await eventually("new connections are refused") { (try? RawClient(port: server.port)) == nil }
        #expect(!stopped.withLock { $0 })
        releaser.yield()
        let reply = try await client.reply()
        #expect(reply.text == "late")
        await stop
        #expect(stopped.withLock { $0 })
        #expect(try await client.isClosed())
    }

    @Test func aHandlerThatTakesTooLongIsCancelledAndAnswered503() async throws {
        let entered = Locked(false)
        let cancelled = Locked(false)
        let server = try HTTPServer.start { _ in
            entered.withLock { $0 = true }
            do { try await Task.sleep(for: .seconds(3600)) } catch { cancelled.withLock { $0 = true } }
            return HTTPResponse(status: 200)
        }
        let client = try RawClient(port: server.port)
        try await client.send(Self.request)
        try await eventually("the handler runs") { entered.withLock { $0 } }
        await server.stop(grace: .milliseconds(10))
        let reply = try await client.reply()
        #expect(reply.status == 503)
        #expect(reply.has("Connection: close"))
        try await eventually("the handler is cancelled") { cancelled.withLock { $0 } }
    }

    /// A grace of nothing is over before anybody waits; the stop must not wait for ever then.
    @Test func noGraceAtAllEndsInTime() async throws {
        for _ in 0..<40 {
            let entered = Locked(false)
            let server = try HTTPServer.start { _ in
                entered.withLock { $0 = true }
                try? await Task.sleep(for: .seconds(3600))
                return HTTPResponse(status: 200)
            }
            let client = try RawClient(port: server.port)
            try await client.send(Self.request)
            try await eventually("the handler runs") { entered.withLock { $0 } }
            await server.stop(grace: .zero)
            #expect(try await client.reply().status == 503)
        }
    }

    @Test func aRequestThatCompletesWhileStoppingIsAnswered503() async throws {
        let (release, releaser) = AsyncStream.makeStream(of: Void.self)
        let entered = Locked(0)
        let server = try HTTPServer.start { _ in
            entered.withLock { $0 += 1 }
            for await _ in release { break }
            return HTTPResponse(status: 200)
        }
        let (busy, slow) = (try RawClient(port: server.port), try RawClient(port: server.port))
        try await busy.send(Self.request)
        try await slow.send("GET / HTTP/1.1\r\n")
        try await eventually("the handler runs") { entered.withLock { $0 } == 1 }
        async let stop: Void = server.stop()
        try await eventually("new connections are refused") { (try? RawClient(port: server.port)) == nil }
        try await slow.send("Host: h\r\n\r\n")
        #expect(try await slow.reply().status == 503)
        releaser.yield()
        #expect(try await busy.reply().status == 200)
        await stop
        #expect(entered.withLock { $0 } == 1)
    }

    @Test func stoppingTwiceAndStoppingIdleConnectionsIsFine() async throws {
        let server = try HTTPServer.start { _ in HTTPResponse(status: 200) }
        let idle = try RawClient(port: server.port)
        try await idle.send(Self.request)
        #expect(try await idle.reply().status == 200)
        await server.stop()
        await server.stop()
        #expect(try await idle.isClosed())
    }

    @Test func theHandlerIsReleasedAfterStopping() async throws {
        final class Witness: Sendable {}
        weak var witness: Witness?
        do {
            let strong = Witness()
            witness = strong
            let server = try HTTPServer.start { [strong] _ in
                withExtendedLifetime(strong) { HTTPResponse(status: 200) }
            }
            #expect(try await RawClient.exchange(server.port, Self.request).status == 200)
            await server.stop()
        }
        try await eventually("nothing holds the handler") { witness == nil }
    }

    @Test func aTakenPortIsNamedWithReasonAndRemedy() async throws {
        let server = try HTTPServer.start { _ in HTTPResponse(status: 200) }
        let error = #expect(throws: HTTPServerError.self) {
            _ = try HTTPServer.start(.init(port: server.port)) { _ in HTTPResponse(status: 200) }
        }
        #expect(error?.code == .cannotListen(EADDRINUSE))
        #expect(
            error?.description == "cannot listen on 127.0.0.1:\(server.port): Address already in use; "
                + "stop the program that holds the port, or choose another port")
        await server.stop()
    }

    @Test(arguments: ["localhost", "1.2.3", "::g", ""])
    func namesAreNoAddresses(address: String) {
        let error = #expect(throws: HTTPServerError.self) {
            _ = try HTTPServer.start(.init(address: address)) { _ in HTTPResponse(status: 200) }
        }
        #expect(error?.code == .invalidAddress)
        #expect(error?.description.contains("'\(address)'") == true)
    }

    @Test func aForeignAddressIsNotAvailable() {
        let error = #expect(throws: HTTPServerError.self) {
            _ = try HTTPServer.start(.init(address: "192.0.2.1")) { _ in HTTPResponse(status: 200) }
        }
        #expect(error?.code == .cannotListen(EADDRNOTAVAIL))
    }
}
