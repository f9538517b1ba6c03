public import FOQUSModel
public import HTTPClient
import JSONKit

/// Speaks to a gateway: one method for each of its routes (docs/cloud-protocol 1).
///
/// GET and PUT are repeated when the connection fails, as repeating them does no harm; POST is not.
public struct GatewayClient: Sendable {
    /// Who is calling.
    public struct Credentials: Sendable {
        public let user: UserName
        let password: String

        public init(user: UserName, password: String) {
            self.user = user
            self.password = password
        }
    }

    let transport: Transport

    /// - Parameters:
    ///   - baseURL: as `https://gateway.example/dev`; a slash at the end makes no difference.
    ///   - credentials: nil for the open routes only.
    ///   - timeout: of one request, its answer included.
    public init(
        baseURL: String, credentials: Credentials?, http: HTTPClient, timeout: Duration = .seconds(60)
    ) {
        transport = Transport(baseURL: baseURL, credentials: credentials, http: http, timeout: timeout)
    }
}
