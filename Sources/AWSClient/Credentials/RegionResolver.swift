/// The region of services, and who says so.
public struct ResolvedRegion: Sendable, Hashable {
    /// `eu-west-1`.
    public let name: String
    /// For a person: `AWS_REGION`, `profile build`, `instance metadata`.
    public let source: String
}

/// Looks for the region in the order of the SDKs: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile, the instance.
struct RegionResolver: Sendable {
    let environment: [String: String]
    let files: SharedFiles
    let metadata: InstanceMetadata

    func resolve() async throws(AWSError) -> ResolvedRegion {
        let region = try await find()
        // It becomes part of host names.
        guard region.name.allSatisfy({ $0 == "-" || $0.isASCII && ($0.isLowercase || $0.isNumber) }) else {
            throw AWSError(
                .invalidRequest, service: "region", code: "InvalidRegion",
                message: "'\(region.name)' of \(region.source) is no AWS region, as eu-west-1 is one")
        }
        return region
    }

    private func find() async throws(AWSError) -> ResolvedRegion {
        for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            if let region = environment.text(variable) { return ResolvedRegion(name: region, source: variable) }
        }
        let content = await files.read()
        if let region = content.profiles[files.profile]?.text("region") {
            return ResolvedRegion(name: region, source: "profile \(files.profile)")
        }
        do throws(InstanceMetadataError) {
            return ResolvedRegion(name: try await metadata.region(), source: "instance metadata")
        } catch {
            if error.code == .cancelled { throw .cancelled(service: "region", "the search for a region") }
            throw AWSError(
                .invalidRequest, service: "region", code: "NoRegion",
                message: "no AWS region is known; set AWS_REGION, or region in the profile '\(files.profile)' "
                    + "(\(content.findings.joined(separator: ", ")); \(error.description))",
                underlying: error)
        }
    }
}
