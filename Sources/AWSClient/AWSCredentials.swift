public import FOQUSModel

/// The keys of one identity.
public struct AWSCredentials: Sendable, Hashable, CustomStringConvertible {
    public let accessKeyID: String
    public let secretAccessKey: String
    /// Of temporary credentials.
    public let sessionToken: String?
    /// When they end; nil when they last until they are revoked.
    public let expiration: Timestamp?
    /// Where they come from, for a person: `environment`, `profile build`, `instance role worker`.
    public let source: String

    public init(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Timestamp? = nil,
        source: String
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
        self.source = source
    }

    /// Without what is secret, so that it does not end in a log by accident.
    public var description: String { "\(accessKeyID) from \(source)" }
}

/// Where credentials come from.
public protocol CredentialProvider: Sendable {
    /// Credentials that hold now. Throws with the code `noCredentials` when there are none, and why.
    func credentials() async throws(AWSError) -> AWSCredentials

    /// A service says that these have ended. Whoever keeps credentials forgets them if they are the ones it has, so
    /// that the next `credentials()` gets new ones; others do nothing.
    func invalidate(_ credentials: AWSCredentials) async
}

extension CredentialProvider {
    public func invalidate(_ credentials: AWSCredentials) async {}
}

/// Credentials that never change.
public struct StaticCredentials: CredentialProvider {
    private let fixed: AWSCredentials

    public init(_ fixed: AWSCredentials) { self.fixed = fixed }

    public func credentials() async throws(AWSError) -> AWSCredentials { fixed }
}
