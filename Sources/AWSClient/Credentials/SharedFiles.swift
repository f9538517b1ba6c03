import FileKit
import Glibc
import Threading

/// Reads the files that AWS tools share.
struct SharedFiles: Sendable {
    /// What the files hold, read together.
    struct Content: Sendable {
        /// Settings of a profile in both files; those of the credentials file weigh more.
        var profiles: [String: AWSConfigFile.Settings] = [:]
        /// For a person: what was read, or why not, with lines that were passed over.
        var findings: [String] = []
    }

    private static let sizeLimit = 1 << 20

    let environment: [String: String]
    /// The profile that was asked for by other means than the environment.
    let chosenProfile: String?
    let pool: BlockingPool

    /// The profile to use.
    var profile: String { namedProfile ?? "default" }

    /// The profile that somebody asked for by name; nil where nobody did.
    var namedProfile: String? {
        chosenProfile ?? environment.text("AWS_PROFILE") ?? environment.text("AWS_DEFAULT_PROFILE")
    }

    /// Nil where there is neither a variable nor a home directory.
    var configPath: String? { path("AWS_CONFIG_FILE", "config") }
    var credentialsPath: String? { path("AWS_SHARED_CREDENTIALS_FILE", "credentials") }

    /// Both files as they are now. A file that is absent or cannot be read is a finding, not an error.
    func read() async -> Content {
        var content = Content()
        for (path, kind) in [(configPath, AWSConfigFile.Kind.config), (credentialsPath, .credentials)] {
            guard let path else { continue }
            let bytes: [UInt8]
            do throws(FileError) {
                bytes = try await pool.run { () throws(FileError) in try File.read(path, limit: Self.sizeLimit) }
            } catch {
                let reason = error.code == ENOENT ? "does not exist" : "cannot be read: \(error.description)"
                content.findings.append("\(path) \(reason)")
                continue
            }
            let file = AWSConfigFile(String(decoding: bytes, as: UTF8.self), kind)
            for (name, settings) in file.profiles {
                content.profiles[name, default: [:]].merge(settings) { _, stronger in stronger }
            }
            let problems = file.problems.isEmpty ? "" : " (\(file.problems.map(\.description).joined(separator: ", ")))"
            content.findings.append("\(path) was read\(problems)")
        }
        if content.findings.isEmpty { content.findings.append("HOME is not set, so there are no shared files") }
        return content
    }

    /// A token that another program keeps in a file, without the line's end.
    func token(from path: String) async throws(AWSError) -> String {
        let file = expanded(path)
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try await pool.run { () throws(FileError) in try File.read(file, limit: Self.sizeLimit) }
        } catch {
            throw .credentialConfiguration(
                "the token of \(file) cannot be read: \(error.description)", underlying: error)
        }
        let token = String(decoding: bytes, as: UTF8.self).trimmed
        guard !token.isEmpty, !token.contains(where: \.isNewline) else {
            throw .credentialConfiguration("\(file) must hold one token in one line")
        }
        return token
    }

    private func path(_ variable: String, _ name: String) -> String? {
        if let path = environment.text(variable) { return expanded(path) }
        return environment.text("HOME").map { Path.join($0, ".aws", name) }
    }

    /// `~/` stands for the home directory in these variables and files.
    private func expanded(_ path: String) -> String {
        guard path.hasPrefix("~/"), let home = environment.text("HOME") else { return path }
        return Path.join(home, String(path.dropFirst(2)))
    }
}
