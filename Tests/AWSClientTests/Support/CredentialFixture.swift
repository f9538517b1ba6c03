import AWSFakes
import EventLoop
import FOQUSModel
import HTTPClient
import HTTPServer
import Logging
import Stores
import TestSupport
import Testing
import Threading

@testable import AWSClient

/// One for all tests: clients hold sockets.
let testHTTP = HTTPClient(loop: sharedEventLoop)
/// As for the metadata service, whatever proxies the environment of the tests names.
let directHTTP = HTTPClient(loop: sharedEventLoop, options: HTTPClient.Options(usesProxies: false))
let testFiles = BlockingPool(name: "test-files", limit: 2)

/// What credentials are sought with, on time that the test moves.
struct CredentialFixture {
    var time = ManualTime()
    let sink = RecordingSink()
    var environment: [String: String] = [:]
    var profile: String?
    /// Nobody listens at the discard port of this address.
    var metadata = CredentialFixture.metadataOptions("http://127.0.0.99:9")

    var log: Logger { Logger(label: "aws", level: .debug, sink: sink) }

    /// Patient, as this machine may be busy.
    static func metadataOptions(_ url: String) -> InstanceMetadata.Options {
        var options = InstanceMetadata.Options()
        options.endpoint = url
        options.timeout = .seconds(30)
        return options
    }

    func identity() -> AWSIdentity {
        AWSIdentity(
            environment: environment, profile: profile, metadataOptions: metadata, loop: sharedEventLoop,
            http: testHTTP, files: testFiles, time: time, random: FixedRandom(chance: 0.5), log: log)
    }

    func credentials() async throws(AWSError) -> AWSCredentials { try await identity().credentials.credentials() }

    /// The error of the search, which must fail.
    func failure(fileID: String = #fileID, line: Int = #line) async throws -> AWSError {
        let found: AWSCredentials
        do throws(AWSError) { found = try await credentials() } catch { return error }
        throw TestSupportError("\(fileID):\(line): found \(found)")
    }

    func metadataClient() -> InstanceMetadata {
        InstanceMetadata(options: metadata, loop: sharedEventLoop, time: time)
    }
}

/// Runs `body` with a server and stops it afterwards.
func withMetadata(
    _ content: FakeMetadataServer.Content = .init(), time: any TimeSource = SystemTime(),
    _ body: (FakeMetadataServer) async throws -> Void
) async throws {
    let server = try FakeMetadataServer(content, time: time)
    do { try await body(server) } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

func withService(
    _ answer: @escaping @Sendable (FakeQueryService.Call) async -> HTTPResponse,
    _ body: (FakeQueryService) async throws -> Void
) async throws {
    let service = try FakeQueryService(answer: answer)
    do { try await body(service) } catch {
        await service.stop()
        throw error
    }
    await service.stop()
}

/// An answer of AssumeRole and its like. The key's name tells whom the role was given to.
func stsAnswer(_ call: FakeQueryService.Call, keyID: String, expiration: Timestamp) -> HTTPResponse {
    FakeQueryService.answer(
        call.action,
        """
        <AssumedRoleUser><Arn>\(call.parameters["RoleArn"] ?? "")/session</Arn></AssumedRoleUser>
        <Credentials><AccessKeyId>\(keyID)</AccessKeyId><SecretAccessKey>secret-\(keyID)</SecretAccessKey>
        <SessionToken>token-\(keyID)</SessionToken><Expiration>\(expiration)</Expiration></Credentials>
        """)
}

/// Writes the two shared files into a directory.
/// - Returns: the variables that name them.
func writeFiles(_ directory: String, config: String = "", credentials: String = "") throws -> [String: String] {
    let paths = (config: directory + "/config", credentials: directory + "/credentials")
    try write(config, to: paths.config)
    try write(credentials, to: paths.credentials)
    return ["AWS_CONFIG_FILE": paths.config, "AWS_SHARED_CREDENTIALS_FILE": paths.credentials]
}
