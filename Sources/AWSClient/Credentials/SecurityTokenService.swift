import FOQUSModel
import HTTPClient
import Stores
import XMLReader

/// The calls of AWS STS that give credentials (AWS STS API reference, version 2011-06-15).
struct SecurityTokenService: Sendable {
    /// Which role is taken on, and how.
    struct Role: Sendable {
        var arn: String
        /// Between 2 and 64 letters, digits and `+=,.@-_`; nil for one of our own.
        var sessionName: String?
        /// Asked for by roles of other accounts.
        var externalID: String?
        /// 900 to 43200; nil for the service's own, an hour.
        var durationSeconds: Int?
    }

    static let version = "2011-06-15"

    let environment: [String: String]
    let http: HTTPClient
    let time: any TimeSource

    /// AssumeRole, by the right of `base`.
    /// - Parameter region: whose endpoint is called; nil for the global one.
    func assume(_ role: Role, by base: AWSCredentials, region: String?) async throws(AWSError) -> AWSCredentials {
        let service = AWSService(
            name: "sts", region: region ?? "us-east-1", endpoint: endpoint(region), http: http,
            credentials: StaticCredentials(base), time: time)
        let what = "assume \(role.arn) as \(base.accessKeyID)"
        do throws(AWSError) {
            let answer = try await service.query("AssumeRole", version: Self.version, parameters(role))
            return try credentials(answer["AssumeRoleResult"], of: role)
        } catch {
            throw error.during(what)
        }
    }

    /// AssumeRoleWithWebIdentity: the token is the right, so the call is not signed.
    func assume(_ role: Role, byToken token: String, region: String?) async throws(AWSError) -> AWSCredentials {
        let form = URIEncoding.query(
            [("Action", "AssumeRoleWithWebIdentity"), ("Version", Self.version), ("WebIdentityToken", token)]
                + parameters(role))
        let request = ClientRequest(
            method: "POST", url: endpoint(region) + "/",
            headers: [("content-type", "application/x-www-form-urlencoded; charset=utf-8")], body: Array(form.utf8),
            timeout: .seconds(10), responseLimit: 1 << 20)
        let what = "assume \(role.arn) by a web identity"
        return try await Attempts(limit: 3, pause: .milliseconds(500), time: time).run { last throws(AWSError) in
            let response: ClientResponse
            do throws(HTTPClientError) {
                response = try await http.send(request)
            } catch {
                if error.code == .cancelled { throw AWSError.cancelled(service: "sts", what) }
                guard last else { return nil }
                throw AWSError(
                    .transport, service: "sts", code: "\(error.code)", message: "\(what): \(error.description)",
                    underlying: error)
            }
            let answer = try? XMLDocument.parse(response.body)
            guard response.status != 200 else {
                return try credentials(answer?["AssumeRoleWithWebIdentityResult"], of: role)
            }
            let refusal = answer?["Error"]
            let code = refusal?.text(of: "Code") ?? "HTTP\(response.status)"
            // The identity provider is asked by STS, which tells so when that failed.
            let isTransient = response.status >= 500 || response.status == 429 || code == "IDPCommunicationError"
            if isTransient && !last { return nil }
            throw AWSError(
                .service, service: "sts", code: code,
                message: "\(what): \(refusal?.text(of: "Message") ?? "no reason")",
                status: response.status, requestID: answer?.text(of: "RequestId"))
        }
    }

    private func endpoint(_ region: String?) -> String {
        if let region { return AWSEndpoints.url(service: "sts", region: region, environment: environment) }
        return AWSEndpoints.configured(service: "sts", environment: environment) ?? "https://sts.amazonaws.com"
    }

    private func parameters(_ role: Role) -> [(name: String, value: String)] {
        let name = role.sessionName ?? "foqus-worker-\(time.now().milliseconds)"
        var parameters = [(name: "RoleArn", value: role.arn), (name: "RoleSessionName", value: name)]
        if let id = role.externalID { parameters.append(("ExternalId", id)) }
        if let seconds = role.durationSeconds { parameters.append(("DurationSeconds", String(seconds))) }
        return parameters
    }

    private func credentials(_ result: XMLElement?, of role: Role) throws(AWSError) -> AWSCredentials {
        let source = "role \(role.arn)"
        guard let element = result?["Credentials"], let keyID = element.text(of: "AccessKeyId"),
            let secret = element.text(of: "SecretAccessKey"), let token = element.text(of: "SessionToken")
        else {
            throw AWSError(
                .transport, service: "sts", code: "MalformedAnswer", message: "the answer holds no credentials",
                status: 200)
        }
        return AWSCredentials(
            accessKeyID: keyID.trimmed, secretAccessKey: secret.trimmed, sessionToken: token.trimmed,
            expiration: try CredentialDocument.expiration(element.text(of: "Expiration")?.trimmed, source: source),
            source: source)
    }
}

extension AWSError {
    static func cancelled(service: String, _ what: String) -> AWSError {
        AWSError(.cancelled, service: service, code: "Cancelled", message: "\(what) was cancelled")
    }
}
