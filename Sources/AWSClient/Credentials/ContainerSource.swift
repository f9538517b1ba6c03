import HTTPClient
import Stores

/// The agent that gives a container its role, on ECS, EKS and others: `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or
/// `AWS_CONTAINER_CREDENTIALS_FULL_URI` (AWS SDKs and Tools Reference Guide, "Container credential provider").
struct ContainerSource: CredentialSource {
    let environment: [String: String]
    let files: SharedFiles
    /// Without proxy, as the agent is on this machine.
    let http: HTTPClient
    let time: any TimeSource
    /// Scheme and host for `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`.
    var agent = "http://169.254.170.2"

    var name: String { "container" }
    var staleAllowance: Duration { .seconds(3600) }

    func find() async throws(AWSError) -> CredentialFinding {
        guard let url = try url() else {
            return .absent("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and …_FULL_URI are not set")
        }
        let token = try await authorization()
        var headers = [(name: "accept", value: "application/json")]
        if let token { headers.append(("authorization", token)) }
        let request = ClientRequest(url: url, headers: headers, timeout: .seconds(2), responseLimit: 1 << 20)
        return .found(
            try await Attempts(limit: 3, pause: .milliseconds(500), time: time).run { last throws(AWSError) in
                let response: ClientResponse
                do throws(HTTPClientError) {
                    response = try await http.send(request)
                } catch {
                    if error.code == .cancelled { throw AWSError.cancelled(service: "credentials", "container") }
                    guard last else { return nil }
                    throw AWSError.credentialSourceAway(
                        "the container's agent: \(error.description)", underlying: error)
                }
                if response.status == 200 {
                    return try CredentialDocument.read(response.body, source: "the container's agent")
                }
                guard last || response.status < 500 && response.status != 429 else { return nil }
                let refusal = "the container's agent answers with status \(response.status)"
                let hint =
                    [401, 403].contains(response.status)
                    ? "; it expects a token in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or …_TOKEN" : ""
                throw AWSError.credentialSourceAway(refusal + hint)
            })
    }

    private func url() throws(AWSError) -> String? {
        if let path = environment.text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            guard path.hasPrefix("/") else {
                throw .credentialConfiguration(
                    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is '\(path)'; it must begin with a slash")
            }
            return agent + path
        }
        guard let url = environment.text("AWS_CONTAINER_CREDENTIALS_FULL_URI") else { return nil }
        guard Self.isAllowed(url) else {
            throw .credentialConfiguration(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI must be an https URL, or an http one of this machine (localhost, "
                    + "127.0.0.0/8, [::1], 169.254.170.2, 169.254.170.23 or [fd00:ec2::23])")
        }
        return url
    }

    /// Whether credentials may be asked for there: over TLS, or without leaving the machine.
    static func isAllowed(_ url: String) -> Bool {
        guard let start = url.firstRange(of: "://") else { return false }
        let authority = url[start.upperBound...].prefix { !"/?#\\".contains($0) }
        // What stands before an @ looks like a host to a person, but is none.
        guard !authority.isEmpty, !authority.contains("@") else { return false }
        switch url[..<start.lowerBound].lowercased() {
        case "https": return true
        case "http": break
        default: return false
        }
        let host: Substring
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { return false }
            host = authority[...end]
        } else {
            host = authority.prefix { $0 != ":" }
        }
        if ["localhost", "169.254.170.2", "169.254.170.23", "[::1]", "[fd00:ec2::23]"].contains(host.lowercased()) {
            return true
        }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { part in
            part.allSatisfy { ("0"..."9").contains($0) } ? UInt8(part) : nil
        }
        return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    }

    /// The agent's own token, which is sent as it is. The file comes first and is read each time, as it is renewed.
    private func authorization() async throws(AWSError) -> String? {
        if let path = environment.text("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            return try await files.token(from: path)
        }
        guard let token = environment.text("AWS_CONTAINER_AUTHORIZATION_TOKEN") else { return nil }
        guard !token.contains(where: \.isNewline) else {
            throw .credentialConfiguration("AWS_CONTAINER_AUTHORIZATION_TOKEN must be one line")
        }
        return token
    }
}
