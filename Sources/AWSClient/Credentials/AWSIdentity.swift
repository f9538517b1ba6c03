public import EventLoop
public import HTTPClient
public import Logging
public import Stores
public import Threading

/// Who this process is to AWS, and where: its credentials, its region and its instance.
///
/// Credentials are sought in the order of the SDKs: environment, web identity, shared files, container, instance metadata.
public struct AWSIdentity: Sendable {
    /// Kept, and renewed ahead of their end for all services.
    public let credentials: any CredentialProvider
    public let metadata: InstanceMetadata
    private let regions: RegionResolver

    /// - Parameters:
    ///   - environment: all variables of the process.
    ///   - profile: of the shared files. When given, it is used instead of keys in the environment.
    ///   - metadataOptions: nil for what the environment says.
    ///   - http: for calls of STS, with the proxies of the environment.
    ///   - files: reads the shared files and tokens.
    public init(
        environment: [String: String], profile: String? = nil, metadataOptions: InstanceMetadata.Options? = nil,
        loop: EventLoop, http: HTTPClient, files: BlockingPool, time: any TimeSource = SystemTime(),
        random: any RandomSource = SystemRandom(), log: Logger
    ) {
        let shared = SharedFiles(environment: environment, chosenProfile: profile, pool: files)
        let metadata = InstanceMetadata(
            options: metadataOptions ?? InstanceMetadata.Options(environment: environment), loop: loop, time: time)
        let sts = SecurityTokenService(environment: environment, http: http, time: time, random: random)
        let fromEnvironment = EnvironmentSource(environment: environment)
        let container = ContainerSource(
            environment: environment, files: shared,
            http: HTTPClient(loop: loop, options: HTTPClient.Options(connectTimeout: .seconds(2), usesProxies: false)),
            time: time)
        let instance = InstanceRoleSource(metadata: metadata)
        let profiles = ProfileSource(
            environment: environment, files: shared, sts: sts,
            sources: [
                "Environment": fromEnvironment, "EcsContainer": container, "Ec2InstanceMetadata": instance,
            ])
        let sources: [any CredentialSource] = [
            fromEnvironment, WebIdentitySource(environment: environment, files: shared, sts: sts), profiles, container,
            instance,
        ]
        let chain = CredentialChain(profile == nil ? sources : [profiles])
        credentials = RefreshingCredentials(chain, time: time, random: random, log: log)
        self.metadata = metadata
        regions = RegionResolver(environment: environment, files: shared, metadata: metadata)
    }

    /// `AWS_REGION`, `AWS_DEFAULT_REGION`, `region` of the profile, or that of the instance, in this order.
    /// - Throws: `invalidRequest` with the code `NoRegion`, and where it was looked for.
    public func region() async throws(AWSError) -> ResolvedRegion { try await regions.resolve() }
}
