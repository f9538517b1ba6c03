import AWSClient
import AWSStores
import Configuration
import EventLoop
import HTTPClient
import Logging
import Settings
import Stores
import Threading

/// The AWS cloud that the settings name, with the identity of this machine.
struct Cloud: Sendable {
    let backend: AWSBackend
    let places: AWSPlaces
    let identity: AWSIdentity
    private let contentLoop: EventLoop

    /// - Parameter calls: told of each call that is sent.
    init(
        _ settings: FOQUSSettings, loop: EventLoop, logger: Logger, calls: (any CallObserver)? = nil
    ) async throws {
        var environment = CommonOptions.environment()
        if let file = settings.aws.credentialsFile { environment["AWS_SHARED_CREDENTIALS_FILE"] = file }
        let contentLoop = EventLoop.start(name: "s3-loop")
        self.contentLoop = contentLoop
        identity = AWSIdentity(
            environment: environment, metadataOptions: Self.metadataOptions(settings.aws, environment), loop: loop,
            http: HTTPClient(loop: loop), files: BlockingPool(name: "aws-config", limit: 1, idleSeconds: 1),
            log: logger)
        do throws(AWSError) {
            let region: String
            if let named = settings.aws.region { region = named } else { region = try await identity.region().name }
            let services = try AWSServices(
                region: region, credentials: identity.credentials, environment: environment, loop: loop,
                contentLoop: contentLoop, calls: calls)
            places = AWSPlaces(
                jobQueueURL: settings.aws.jobQueueURL,
                topics: SNSTopics(
                    update: settings.aws.updateTopic, message: settings.aws.messageTopic,
                    alert: settings.aws.alertTopic),
                simulationBucket: settings.aws.simulationBucket, sessionBucket: settings.aws.sessionBucket,
                table: settings.aws.table)
            backend = AWSBackend(places, services: services, logger: logger)
        } catch {
            contentLoop.stop()
            throw ConfigurationError("\(error); see [aws] region")
        }
    }

    func close() { contentLoop.stop() }

    static func metadataOptions(
        _ aws: AWSSettings, _ environment: [String: String]
    ) -> InstanceMetadata.Options {
        var options = InstanceMetadata.Options(environment: environment)
        if !aws.instanceMetadata { options.isDisabled = true }
        if aws.metadataVersion1 { options.allowsVersion1 = true }
        return options
    }

    /// What the instance says of the deployment it belongs to; nothing where there is no instance.
    static func instanceSettings(_ aws: AWSSettings) async -> [Setting] {
        let loop = EventLoop.start(name: "instance")
        defer { loop.stop() }
        let metadata = InstanceMetadata(
            options: metadataOptions(aws, CommonOptions.environment()), loop: loop, time: SystemTime())
        // Nothing more is asked where there is no service: each question would wait for its timeout.
        guard let instance = try? await metadata.instanceID() else { return [] }
        async let region = metadata.region()
        async let tags = metadata.tags()
        async let data = metadata.userData()
        return InstanceSettings.settings(
            tags: (try? await tags) ?? [:], userData: InstanceSettings.texts(inUserData: (try? await data) ?? []),
            instance: instance, region: try? await region)
    }
}
