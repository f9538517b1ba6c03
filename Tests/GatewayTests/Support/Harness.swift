import EmbeddedStores
import EventLoop
import FOQUSModel
import HTTPServer
import JSONKit
import Logging
import Stores
import TestSupport

@testable import Gateway

/// A gateway on an embedded store in a directory of its own, called without sockets.
struct Harness {
    let backend: EmbeddedBackend
    let services: GatewayServices
    let gateway: Gateway
    let log: RecordingSink
    let directory: String

    static let ann = User(name: try! UserName("ann"), passwordHash: TestHash.of("ann:secret"), created: moment)
    static let bob = User(name: try! UserName("bob"), passwordHash: TestHash.of("b"), created: moment)
    static let moment = Timestamp(milliseconds: 1_795_000_000_000)

    /// The `Authorization` of the two users.
    static let annSays = BasicHeader.value("ann", "ann:secret")
    static let bobSays = BasicHeader.value("bob", "b")

    /// Runs `body` with a new gateway whose users are ann and bob.
    static func with<Result>(
        basePath: String = "", applications: [ConfiguredApplication] = [], limits: GatewayLimits = GatewayLimits(),
        replacing: (GatewayServices) -> GatewayServices = { $0 }, _ body: (Harness) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { directory in
            try await with(
                directory: directory, basePath: basePath, applications: applications, limits: limits,
                replacing: replacing, body)
        }
    }

    /// The same on a directory that others may share.
    static func with<Result>(
        directory: String, basePath: String = "", applications: [ConfiguredApplication] = [],
        limits: GatewayLimits = GatewayLimits(), replacing: (GatewayServices) -> GatewayServices = { $0 },
        _ body: (Harness) async throws -> Result
    ) async throws -> Result {
        let backend = try await EmbeddedBackend.open(
            directory: directory, options: EmbeddedOptions(role: .gateway), loop: sharedEventLoop)
        for user in [ann, bob] { try await backend.users.put(user) }
        let log = RecordingSink()
        let services = replacing(
            GatewayServices(
                jobs: backend.jobs, dispatcher: backend.jobs, queue: backend.queue, objects: backend.objects,
                users: backend.users, applications: applications, limits: limits,
                log: Logger(label: "gateway", level: .trace, sink: log)))
        let harness = Harness(
            backend: backend, services: services, gateway: Gateway(services: services, basePath: basePath), log: log,
            directory: directory)
        do {
            let result = try await body(harness)
            await backend.close()
            return result
        } catch {
            await backend.close()
            throw error
        }
    }

    var processor: ProcessorServices {
        ProcessorServices(
            lock: backend.processorLock, source: backend.updates, deadLetters: backend.queue,
            deadLetterSignal: backend.deadLetterSignal)
    }

    // MARK: requests

    /// - Parameter authorization: nil for a request without credentials.
    func send(
        _ method: String, _ target: String, _ body: [UInt8] = [], as authorization: String? = Harness.annSays,
        headers: HTTPHeaders = [:]
    ) async throws -> HTTPResponse {
        var headers = headers
        if let authorization { headers["authorization"] = authorization }
        guard let request = HTTPRequest(method: method, target: target, headers: headers, body: body) else {
            throw TestSupportError("\(target) is no request target")
        }
        return await gateway.respond(to: request)
    }

    func send(
        _ method: String, _ target: String, _ body: String, as authorization: String? = Harness.annSays
    ) async throws -> HTTPResponse {
        try await send(method, target, Array(body.utf8), as: authorization)
    }

    /// The JSON of an answer that must be 200.
    func json(
        _ method: String, _ target: String, _ body: String = "", as authorization: String? = Harness.annSays
    ) async throws -> JSON {
        let response = try await send(method, target, body, as: authorization)
        guard response.status == 200 else {
            throw TestSupportError("\(method) \(target): \(response.status) \(response.text)")
        }
        return try JSON.parse(response.body)
    }

    // MARK: sessions

    static func jobs(_ count: Int, simulation: String = "flash") -> String {
        let jobs = (0..<count).map { number in
            JSON.object([
                "Simulation": .string(simulation), "Input": ["graph": [:], "feed": ["x": .int(Int64(number))]],
            ])
        }
        return JSON.array(jobs).text()
    }

    /// A session of `count` jobs that ann appended.
    func session(_ count: Int, start: Bool = true) async throws -> (id: SessionID, jobs: [JobID]) {
        let session: SessionID = services.random.identifier()
        let ids = try await json("POST", "/session/\(session)", Self.jobs(count)).ids(JobID.self)
        if start { _ = try await json("POST", "/session/\(session)/start") }
        return (session, ids)
    }

    /// Publishes as the worker does.
    func publish(_ notifications: [Notification]) async throws {
        try await backend.notifier.publish(
            notifications.map { notification in
                OutgoingNotification(
                    id: UUIDText(random: services.random.bytes(16)).description, notification: notification)
            })
    }

    /// Lets a processor work as long as `body` runs.
    func processing<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        let processor = NotificationProcessor(processor, services)
        let task = Task { await processor.run() }
        do {
            let result = try await body()
            task.cancel()
            await task.value
            return result
        } catch {
            task.cancel()
            await task.value
            throw error
        }
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension JSON {
    /// The UUIDs of an array of strings.
    func ids<ID: UUIDIdentifier>(_ type: ID.Type = ID.self) throws -> [ID] {
        guard let array = arrayValue else { throw TestSupportError("no array: \(self)") }
        return try array.map { element in
            guard let id = element.stringValue.flatMap({ ID($0) }) else {
                throw TestSupportError("no UUID: \(element)")
            }
            return id
        }
    }
}
