import AWSFakes
import FOQUSModel
import HTTPServer
import TestSupport
import Testing
import Threading

@testable import AWSClient

@Suite(.timeLimit(.minutes(2))) struct ContainerSourceTests {
    private static let document = FakeMetadataServer.roleDocument(
        keyID: "ASIATASK", expiration: Timestamp(iso: "2026-01-01T06:00:00Z")!)

    /// An agent that answers with a status, or its document where the token is right.
    private func withAgent(
        token: String? = nil, _ status: @escaping @Sendable () -> Int = { 200 },
        _ body: (String) async throws -> Void
    ) async throws {
        let server = try HTTPServer.start { request in
            guard request.headers["authorization"] == token else { return HTTPResponse(status: 401) }
            return status() == 200 && request.path == "/v2/credentials/1" && request.queryValue("x") == "y"
                ? HTTPResponse(status: 200, body: Array(Self.document.utf8)) : HTTPResponse(status: status())
        }
        do { try await body("http://127.0.0.1:\(server.port)") } catch {
            await server.stop(grace: .zero)
            throw error
        }
        await server.stop(grace: .zero)
    }

    private func source(_ environment: [String: String], _ time: ManualTime, agent: String) -> ContainerSource {
        let files = SharedFiles(environment: environment, chosenProfile: nil, pool: testFiles)
        return ContainerSource(environment: environment, files: files, http: directHTTP, time: time, agent: agent)
    }

    private func keyID(_ source: ContainerSource) async throws -> String? {
        guard case .found(let credentials) = try await source.find() else { return nil }
        return credentials.accessKeyID
    }

    @Test func aRelativeAddressIsTheAgents() async throws {
        try await withAgent { url in
            let variable = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
            let time = ManualTime()
            let key = try await keyID(source([variable: "/v2/credentials/1?x=y"], time, agent: url))
            #expect(key == "ASIATASK")
            await #expect(throws: AWSError.self) {
                try await source([variable: "@evil.example/"], time, agent: url).find()
            }
            #expect(source([:], time, agent: "").agent == "")
            #expect(
                ContainerSource(
                    environment: [:], files: SharedFiles(environment: [:], chosenProfile: nil, pool: testFiles),
                    http: directHTTP, time: time
                ).agent == "http://169.254.170.2")
        }
    }

    @Test func theTokensFileIsReadEachTime() async throws {
        try await withTemporaryDirectory { directory in
            try await withAgent(token: "Bearer two") { url in
                let path = directory + "/token"
                try write("Bearer one\n", to: path)
                let environment = [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/v2/credentials/1?x=y",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Bearer two",
                ]
                let time = ManualTime()
                let source = source(environment, time, agent: "")
                let error = await #expect(throws: AWSError.self) { try await source.find() }
                #expect(error?.message.contains("status 401; it expects a token") == true)
                #expect(error?.description.contains("Bearer") == false)
                try write("Bearer two\n", to: path)
                #expect(try await keyID(source) == "ASIATASK")
            }
        }
    }

    @Test func aTokenMayComeByItself() async throws {
        try await withAgent(token: "Basic abc") { url in
            let environment = [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/v2/credentials/1?x=y",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic abc",
            ]
            let key = try await keyID(source(environment, ManualTime(), agent: ""))
            #expect(key == "ASIATASK")
            var broken = environment
            broken["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic abc\nX-Injected: yes"
            await #expect(throws: AWSError.self) { try await source(broken, ManualTime(), agent: "").find() }
        }
    }

    @Test func anAgentInTroubleIsAskedThreeTimes() async throws {
        let asked = Locked(0)
        try await withAgent {
            asked.withLock { count in
                count += 1
                return count < 5 ? 503 : 200
            }
        } _: { url in
            let time = ManualTime()
            let source = source(
                ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/v2/credentials/1?x=y"], time, agent: "")
            // Each refusal asks for the status twice.
            let key = try await advancing(time) { try await keyID(source) }
            #expect(key == "ASIATASK")
        }
        try await withAgent {
            500
        } _: { url in
            let time = ManualTime()
            let source = source(
                ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/v2/credentials/1?x=y"], time, agent: "")
            let error = try await advancing(time) {
                await #expect(throws: AWSError.self) { try await source.find() }
            }
            #expect(error?.kind == .transport)
            #expect(error?.message == "the container's agent answers with status 500")
        }
    }

    @Test(arguments: [
        "http://127.0.0.1/x", "http://127.9.8.7:1234/x", "http://localhost:80", "http://LOCALHOST/x",
        "http://169.254.170.2/v2", "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1/credentials",
        "http://[::1]:8080/", "https://example.org/x", "HTTPS://10.0.0.1/",
    ])
    func theMachineItselfAndTLSAreAllowed(url: String) { #expect(ContainerSource.isAllowed(url)) }

    @Test(arguments: [
        "http://example.org/x", "http://10.0.0.1/", "http://169.254.169.254/", "http://169.254.170.2@example.org/",
        "http://localhost.example.org/", "http://127.0.0.1.example.org/", "http://127.0.1/", "http://127.0.0.+1/",
        "http:///x", "ftp://127.0.0.1/", "127.0.0.1/x", "http://[::2]/", "http://example.org\\@127.0.0.1/",
        "https://user@example.org/",
    ])
    func othersAreNot(url: String) async throws {
        #expect(!ContainerSource.isAllowed(url))
        let error = await #expect(throws: AWSError.self) {
            try await source(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url], ManualTime(), agent: "").find()
        }
        #expect(error?.code == "InvalidConfiguration")
    }
}
