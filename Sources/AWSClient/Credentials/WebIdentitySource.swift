/// A role that is taken on by a token of an identity provider, as pods of Kubernetes do:
/// `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN` and, if wanted, `AWS_ROLE_SESSION_NAME`.
struct WebIdentitySource: CredentialSource {
    let environment: [String: String]
    let files: SharedFiles
    let sts: SecurityTokenService

    var name: String { "web identity" }

    func find() async throws(AWSError) -> CredentialFinding {
        guard let path = environment.text("AWS_WEB_IDENTITY_TOKEN_FILE") else {
            return .absent("AWS_WEB_IDENTITY_TOKEN_FILE is not set")
        }
        guard let arn = environment.text("AWS_ROLE_ARN") else {
            throw .credentialConfiguration(
                "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not; it must name the role to assume")
        }
        // Read each time: whoever keeps the file puts a new token into it before the old one ends.
        let token = try await files.token(from: path)
        let role = SecurityTokenService.Role(arn: arn, sessionName: environment.text("AWS_ROLE_SESSION_NAME"))
        return .found(try await sts.assume(role, byToken: token, region: await region()))
    }

    private func region() async -> String? {
        if let region = environment.region { return region }
        let content = await files.read()
        return content.profiles[files.profile]?.text("region")
    }
}

extension [String: String] {
    /// As the environment names it.
    var region: String? { text("AWS_REGION") ?? text("AWS_DEFAULT_REGION") }
}
