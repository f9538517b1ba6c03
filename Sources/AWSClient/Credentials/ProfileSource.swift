import Threading

/// A profile of the shared files: keys, or a role that is assumed by the right of another profile, of another source or
/// of a web identity.
struct ProfileSource: CredentialSource {
    let environment: [String: String]
    let files: SharedFiles
    let sts: SecurityTokenService
    /// What `credential_source` may name.
    let sources: [String: any CredentialSource]

    var name: String { "shared files" }

    func find() async throws(AWSError) -> CredentialFinding {
        let content = await files.read()
        guard content.profiles[files.profile] != nil else {
            let missing = "there is no profile '\(files.profile)'"
            let findings = content.findings.joined(separator: ", ")
            guard files.namedProfile == nil else {
                throw .credentialConfiguration("\(missing), which was asked for: \(findings)")
            }
            return .absent("\(missing): \(findings)")
        }
        return try await resolve(files.profile, content, behind: [])
    }

    /// - Parameter chain: the profiles that lead here by `source_profile`, the first one first.
    private func resolve(
        _ name: String, _ content: SharedFiles.Content, behind chain: [String]
    ) async throws(AWSError) -> CredentialFinding {
        guard let settings = content.profiles[name] else {
            throw .credentialConfiguration(
                "profile '\(chain.last ?? name)' has source_profile = \(name), but there is no such profile")
        }
        let hasKeys = settings.text("aws_access_key_id") != nil || settings.text("aws_secret_access_key") != nil
        // A profile at the end of a chain may hold both: then its keys are what the others ask for.
        if settings.text("role_arn") != nil && !(hasKeys && !chain.isEmpty) {
            return .found(try await assume(name, settings, content, behind: chain))
        }
        if hasKeys { return .found(try keys(name, settings)) }
        if let unsupported = Self.unsupported(settings) {
            throw .credentialConfiguration("profile '\(name)' \(unsupported)")
        }
        return .absent("profile '\(name)' has neither aws_access_key_id nor role_arn")
    }

    private func keys(_ name: String, _ settings: AWSConfigFile.Settings) throws(AWSError) -> AWSCredentials {
        guard let keyID = settings.text("aws_access_key_id"), let secret = settings.text("aws_secret_access_key") else {
            let absent =
                settings.text("aws_access_key_id") == nil ? "aws_access_key_id" : "aws_secret_access_key"
            throw .credentialConfiguration("profile '\(name)' has no \(absent), which belongs to the other key")
        }
        return AWSCredentials(
            accessKeyID: keyID, secretAccessKey: secret, sessionToken: settings.text("aws_session_token"),
            source: "profile \(name)")
    }

    private func assume(
        _ name: String, _ settings: AWSConfigFile.Settings, _ content: SharedFiles.Content, behind chain: [String]
    ) async throws(AWSError) -> AWSCredentials {
        let role = try role(name, settings)
        let region =
            environment.region ?? content.profiles[files.profile]?.text("region") ?? settings.text("region")
        do throws(AWSError) {
            if let path = settings.text("web_identity_token_file") {
                let token = try await files.token(from: path)
                return try await sts.assume(role, byToken: token, region: region)
            }
            let base = try await base(name, settings, content, behind: chain)
            return try await sts.assume(role, by: base, region: region)
        } catch {
            // The first profile of a chain is what a person asked for.
            throw chain.isEmpty ? error.during("profile '\(name)'") : error
        }
    }

    private func role(
        _ name: String, _ settings: AWSConfigFile.Settings
    ) throws(AWSError) -> SecurityTokenService.Role {
        if settings.text("mfa_serial") != nil {
            throw .credentialConfiguration(
                "profile '\(name)' has mfa_serial, which needs a person at a keyboard; use a role without it")
        }
        var seconds: Int?
        if let text = settings.text("duration_seconds") {
            guard let number = Int(text), (900...43_200).contains(number) else {
                throw .credentialConfiguration(
                    "profile '\(name)' has duration_seconds = \(text); it must be a number from 900 to 43200")
            }
            seconds = number
        }
        return SecurityTokenService.Role(
            arn: settings["role_arn"] ?? "", sessionName: settings.text("role_session_name"),
            externalID: settings.text("external_id"), durationSeconds: seconds)
    }

    /// The credentials by whose right the role of a profile is assumed.
    private func base(
        _ name: String, _ settings: AWSConfigFile.Settings, _ content: SharedFiles.Content, behind chain: [String]
    ) async throws(AWSError) -> AWSCredentials {
        switch (settings.text("source_profile"), settings.text("credential_source")) {
        case (_?, _?):
            throw .credentialConfiguration(
                "profile '\(name)' has both source_profile and credential_source; leave one out")
        case (nil, nil):
            throw .credentialConfiguration(
                "profile '\(name)' has role_arn, but not by whose right: add source_profile, credential_source or "
                    + "web_identity_token_file")
        case (nil, let named?):
            guard let source = sources[named] else {
                let known = sources.keys.sorted().joined(separator: ", ")
                throw .credentialConfiguration(
                    "profile '\(name)' has credential_source = \(named); it must be one of \(known)")
            }
            return try required(try await source.find(), "credential_source = \(named) of profile '\(name)'")
        case (let next?, nil):
            let visited = chain + [name]
            if next == name {
                // A profile may name itself to hold the keys and the role in one place.
                return try keys(name, settings)
            }
            guard !visited.contains(next) else {
                throw .credentialConfiguration(
                    "the profiles \((visited + [next]).joined(separator: " -> ")) lead back to themselves by source_profile"
                )
            }
            return try required(
                try await resolve(next, content, behind: visited), "source_profile = \(next) of profile '\(name)'")
        }
    }

    private func required(_ finding: CredentialFinding, _ what: String) throws(AWSError) -> AWSCredentials {
        switch finding {
        case .found(let credentials): return credentials
        case .absent(let reason): throw .credentialConfiguration("\(what) gives no credentials: \(reason)")
        }
    }

    private static func unsupported(_ settings: AWSConfigFile.Settings) -> String? {
        if settings.text("credential_process") != nil {
            return "has credential_process, which is not supported; use keys, a role or instance metadata"
        }
        if settings.keys.contains(where: { $0.hasPrefix("sso_") }) {
            return "signs in by IAM Identity Center (sso_…), which needs a person at a browser; use keys or a role"
        }
        return nil
    }
}
