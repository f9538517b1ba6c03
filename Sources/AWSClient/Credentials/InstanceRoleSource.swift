/// The role of the EC2 instance, through its metadata service.
struct InstanceRoleSource: CredentialSource {
    let metadata: InstanceMetadata

    var name: String { "instance metadata" }
    /// Services go on accepting them for a while when the metadata service has none newer ("static stability").
    var staleAllowance: Duration { .seconds(3600) }

    private static let path = "/latest/meta-data/iam/security-credentials/"

    func find() async throws(AWSError) -> CredentialFinding {
        let role: String
        let document: [UInt8]
        do throws(InstanceMetadataError) {
            guard let first = try await metadata.lines(Self.path).first else {
                return .absent("the instance has no role")
            }
            role = first
            document = try await metadata.get(Self.path + URIEncoding.encode(role))
        } catch {
            switch error.code {
            case .notFound: return .absent("the instance has no role")
            case .disabled, .unreachable, .refused: return .absent(error.description)
            case .cancelled: throw .cancelled(service: "credentials", "the call of the metadata service")
            case .failed, .malformed: throw .credentialSourceAway(error.description, underlying: error)
            }
        }
        return .found(try CredentialDocument.read(document, source: "instance role \(role)"))
    }
}
