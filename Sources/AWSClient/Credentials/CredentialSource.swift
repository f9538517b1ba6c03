/// A place where credentials may be.
protocol CredentialSource: Sendable {
    /// For a person: `environment`, `instance metadata`.
    var name: String { get }

    /// How long past their end its credentials are used on while it cannot be asked.
    var staleAllowance: Duration { get }

    /// Looks there now. Throws when there are credentials, or should be, and they cannot be had.
    func find() async throws(AWSError) -> CredentialFinding
}

extension CredentialSource {
    var staleAllowance: Duration { .zero }
}

enum CredentialFinding: Sendable {
    case found(AWSCredentials)
    /// Nobody put any there; with what was looked at, as a sentence's end without a full stop.
    case absent(String)
}

/// Where credentials were sought, and why none were found.
public struct CredentialSearch: Error, Sendable, CustomStringConvertible {
    public struct Place: Sendable, Hashable {
        /// `environment`, `shared files`, `instance metadata`, …
        public let source: String
        public let reason: String
    }

    /// In the order in which they were looked at.
    public let places: [Place]

    public var description: String { places.map { "\($0.source): \($0.reason)" }.joined(separator: "; ") }
}

extension AWSError {
    /// What a person wrote about credentials cannot be used as it is.
    static func credentialConfiguration(_ message: String, underlying: (any Error)? = nil) -> AWSError {
        AWSError(
            .noCredentials, service: "credentials", code: "InvalidConfiguration", message: message,
            underlying: underlying)
    }

    /// A source of credentials cannot be asked now, or answers what nobody can use.
    static func credentialSourceAway(_ message: String, underlying: (any Error)? = nil) -> AWSError {
        AWSError(
            .transport, service: "credentials", code: "CredentialSourceAway", message: message, underlying: underlying)
    }

    static func cancelled(service: String, _ what: String) -> AWSError {
        AWSError(.cancelled, service: service, code: "Cancelled", message: "\(what) was cancelled")
    }

    /// The same error with what was being done in front.
    func during(_ what: String) -> AWSError {
        AWSError(
            kind, service: service, code: code, message: "\(what): \(message)", status: status, requestID: requestID,
            underlying: underlying)
    }
}
