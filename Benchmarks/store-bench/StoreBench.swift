import AWSClient
import AWSStores
import CommandLineKit
import Configuration
import EventLoop
import HTTPClient
import Logging
import Stores
import Threading

/// Moves one object between S3 and a file, by the worker's own code: what script/bench compares with curl.
///
///     store-bench get BUCKET KEY FILE
///     store-bench put BUCKET KEY FILE
@main
struct StoreBench {
    static func main() async {
        let program = CommandDescription(
            name: "store-bench", summary: "Move an object between S3 and a file.",
            subcommands: [
                command("get", "get an object to a file") { store, key, file in
                    _ = try await store.get(key, in: .sessions, toFile: file)
                },
                command("put", "put a file as an object") { store, key, file in
                    _ = try await store.put(file: file, to: key, in: .sessions, if: .always)
                },
            ])
        await Program(program, version: Version.current, manualSection: 1, manualDate: Version.date).main()
    }

    private static func command(
        _ name: String, _ summary: String,
        _ move: @escaping @Sendable (S3ObjectStore, _ key: String, _ file: String) async throws -> Void
    ) -> CommandDescription {
        CommandDescription(
            name: name, summary: summary,
            positionals: [
                PositionalDescription("BUCKET", "its name"), PositionalDescription("KEY", "the object's key"),
                PositionalDescription("FILE", hint: .file, "a path"),
            ],
            run: { arguments in
                try await withStore(of: arguments.positional("BUCKET") ?? "") { store in
                    try await move(store, arguments.positional("KEY") ?? "", arguments.positional("FILE") ?? "")
                }
                return .success
            })
    }

    /// As the worker opens it.
    private static func withStore(
        of bucket: String, _ body: (S3ObjectStore) async throws -> Void
    ) async throws {
        let environment = CommonOptions.environment()
        let logger = Logger(label: "store-bench", sink: StreamSink.standardError())
        let loop = EventLoop.start(name: "calls")
        let contentLoop = EventLoop.start(name: "s3-loop")
        defer {
            loop.stop()
            contentLoop.stop()
        }
        let identity = AWSIdentity(
            environment: environment, loop: loop, http: HTTPClient(loop: loop),
            files: BlockingPool(name: "aws-config", limit: 1, idleSeconds: 1), log: logger)
        let services = try AWSServices(
            region: try await identity.region().name, credentials: identity.credentials, environment: environment,
            loop: loop, contentLoop: contentLoop)
        let places = AWSPlaces(
            jobQueueURL: "", topics: SNSTopics(update: "", message: "", alert: nil), simulationBucket: bucket,
            sessionBucket: bucket, table: "")
        try await body(AWSBackend(places, services: services, logger: logger).objects)
    }
}
