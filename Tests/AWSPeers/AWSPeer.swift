public import AWSClient
public import HTTPClient
public import JSONKit
import Stores
import TestSupport

/// A server on this machine that behaves like AWS, for the tests of this process. Started when first asked for, shared by
/// all tests; each uses names of its own in it (``unique(_:)``).
public struct AWSPeer: Sendable, CustomStringConvertible {
    public let name: String
    /// `http://127.0.0.1:4566`
    public let endpoint: String
    public let region: String
    public let credentials: AWSCredentials

    /// All services; checks signatures, permissions, clock skew and session tokens, and IMDSv2.
    public static func ministack() async throws -> AWSPeer { try await strict.value }
    /// S3; signs every key as AWS does, whatever is in it.
    public static func seaweedfs() async throws -> AWSPeer { try await weed.value }
    /// All services but CloudWatch; checks nothing, takes bodies up to 256 KiB, and is fast.
    public static func roto() async throws -> AWSPeer { try await fast.value }
    /// All services; checks signatures by botocore's own code. Slow.
    public static func moto() async throws -> AWSPeer { try await second.value }

    /// A roto of the caller's own, which saves what it takes on before it answers.
    public static func durable() async throws -> AWSPeer { try await AWSPeer(starting: "durable roto") }

    /// Kills the server (-9) and starts it again at the same place; returns when it answers. For `durable()`.
    public func crash() async throws { _ = try await PeerHost.ask(["crash": json]) }

    private static let strict = Task { try await AWSPeer(starting: "ministack") }
    private static let weed = Task { try await AWSPeer(starting: "seaweedfs") }
    private static let fast = Task { try await AWSPeer(starting: "roto") }
    private static let second = Task { try await AWSPeer(starting: "moto") }

    /// One connection pool for the tests that do not test it.
    public static let http = HTTPClient(loop: sharedEventLoop)

    /// A service of this peer.
    public func service(_ name: String, http: HTTPClient = AWSPeer.http) -> AWSService {
        AWSService(
            name: name, region: region, endpoint: endpoint, http: http, credentials: StaticCredentials(credentials),
            time: SystemTime())
    }

    /// A microburst of its own before this peer, which signs anew and breaks requests by `rules`, as in its documentation.
    public func faulty(_ rules: [JSON]) async throws -> AWSPeer {
        let answer = try await PeerHost.ask(["proxy": json, "rules": .array(rules)])
        guard let endpoint = answer["endpoint"]?.stringValue else { throw TestSupportError("no endpoint in \(answer)") }
        return AWSPeer(name: "\(name) behind microburst", endpoint: endpoint, region: region, credentials: credentials)
    }

    /// A server of its own before this peer, which breaks calls as it is told.
    public func breakable() async throws -> BreakablePeer {
        let answer = try await PeerHost.ask(["breakable": json])
        guard let endpoint = answer["endpoint"]?.stringValue else { throw TestSupportError("no endpoint in \(answer)") }
        return BreakablePeer(
            peer: AWSPeer(name: "\(name) behind faults", endpoint: endpoint, region: region, credentials: credentials))
    }

    /// A name that no other test has: `prefix-` and 12 digits and letters, fit for buckets, queues, topics and tables.
    public static func unique(_ prefix: String) -> String {
        let digits = String(UInt64.random(in: 0..<(1 << 60)), radix: 36)
        return "\(prefix)-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    public var description: String { "\(name) at \(endpoint)" }

    private init(name: String, endpoint: String, region: String, credentials: AWSCredentials) {
        self.name = name
        self.endpoint = endpoint
        self.region = region
        self.credentials = credentials
    }

    private init(starting name: String) async throws {
        let answer = try await PeerHost.ask(["peer": .string(name)])
        guard let endpoint = answer["endpoint"]?.stringValue, let region = answer["region"]?.stringValue,
            let key = answer["accessKey"]?.stringValue, let secret = answer["secretKey"]?.stringValue
        else { throw TestSupportError("\(name) has no endpoint or no credentials: \(answer)") }
        self.init(
            name: name, endpoint: endpoint, region: region,
            credentials: AWSCredentials(accessKeyID: key, secretAccessKey: secret, source: "peer \(name)"))
    }

    /// As the host knows it.
    var json: JSON {
        [
            "endpoint": .string(endpoint), "accessKey": .string(credentials.accessKeyID),
            "secretKey": .string(credentials.secretAccessKey), "region": .string(region),
        ]
    }
}
