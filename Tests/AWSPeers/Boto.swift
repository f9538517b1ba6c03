public import JSONKit

/// boto3, the witness that knows nothing of our code.
public enum Boto {
    /// Runs a Python script and returns what it assigns to `result`.
    ///
    /// The script finds `given`, the peer as `peer`, and `client("s3")`, a boto3 client of the peer; options of
    /// `botocore.config.Config` and `keys=(id, secret)` follow the name. Bytes come back in Base64, times in ISO 8601.
    /// - Throws: `TestSupportError` with the exception and the script's line.
    @discardableResult
    public static func run(_ script: String, _ peer: AWSPeer, given: JSON = .null) async throws -> JSON {
        try await PeerHost.ask(["script": .string(script), "on": peer.json, "given": given])
    }
}
