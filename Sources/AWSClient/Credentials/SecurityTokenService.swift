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

    let environment: [String: String]
    let http: HTTPClient
    let time: any TimeSource
    let random: any RandomSource

    /// AssumeRole, by the right of `base`.
    /// - Parameter region: whose endpoint is called; nil for the global one.
    func assume(_ role: Role, by base: AWSCredentials, region: String?) async throws(AWSError) -> AWSCredentials {
        do throws(AWSError) {
            return try await call("AssumeRole", role, [], by: StaticCredentials(base), region)
        } catch {
            throw error.during("assume \(role.arn) as \(base.accessKeyID)")
        }
    }

    /// AssumeRoleWithWebIdentity: the token is the right, so the call is not signed.
    func assume(_ role: Role, byToken token: String, region: String?) async throws(AWSError) -> AWSCredentials {
        do throws(AWSError) {
            return try await call(
                "AssumeRoleWithWebIdentity", role, [("WebIdentityToken", token)], by: nil, region)
        } catch {
            throw error.during("assume \(role.arn) by a web identity")
        }
    }

    /// - Parameter base: nil for a call that is not signed.
    private func call(
        _ action: String, _ role: Role, _ more: [(name: String, value: String)], by base: StaticCredentials?,
        _ region: String?
    ) async throws(AWSError) -> AWSCredentials {
        let nobody = StaticCredentials(AWSCredentials(accessKeyID: "", secretAccessKey: "", source: "nobody"))
        let service = AWSService(
            name: "sts", region: region ?? "us-east-1", endpoint: endpoint(region), http: http,
            credentials: base ?? nobody, time: time, random: random)
        let answer = try await service.query(
            action, version: "2011-06-15", parameters(role) + more, timeout: .seconds(10), isSigned: base != nil)
        return try credentials(answer["\(action)Result"], of: role)
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
