/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, with temporary credentials, `AWS_SESSION_TOKEN`.
struct EnvironmentSource: CredentialSource {
    let environment: [String: String]

    var name: String { "environment" }

    func find() async throws(AWSError) -> CredentialFinding {
        let keyID = environment.text("AWS_ACCESS_KEY_ID")
        let secret = environment.text("AWS_SECRET_ACCESS_KEY")
        switch (keyID, secret) {
        case (nil, nil): return .absent("AWS_ACCESS_KEY_ID is not set")
        case (_?, nil):
            throw .credentialConfiguration(
                "AWS_ACCESS_KEY_ID is set in the environment, but AWS_SECRET_ACCESS_KEY is not; set both or none")
        case (nil, _?):
            throw .credentialConfiguration(
                "AWS_SECRET_ACCESS_KEY is set in the environment, but AWS_ACCESS_KEY_ID is not; set both or none")
        case (let keyID?, let secret?):
            return .found(
                AWSCredentials(
                    accessKeyID: keyID, secretAccessKey: secret, sessionToken: environment.text("AWS_SESSION_TOKEN"),
                    source: name))
        }
    }
}

extension [String: String] {
    /// The value without blanks around it; nil when nothing is left, as an empty variable counts as none.
    func text(_ name: String) -> String? {
        guard let value = self[name]?.trimmed, !value.isEmpty else { return nil }
        return value
    }
}

extension StringProtocol {
    /// Without blanks and line ends around it.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
