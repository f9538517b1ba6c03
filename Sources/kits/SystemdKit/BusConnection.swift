public import EventLoop
import Glibc

/// A connection to a D-Bus bus, or to a program that speaks D-Bus on a socket of its own, by sd-bus(3).
///
/// The library is not thread safe and lives on the event loop; the functions here may be called from anywhere and block
/// no thread. A connection that broke stays broken: calls fail, and a new one is needed.
public final class BusConnection: Sendable {
    public enum Address: Sendable, Hashable {
        /// `DBUS_SYSTEM_BUS_ADDRESS`, or the system's bus.
        case system
        /// `DBUS_SESSION_BUS_ADDRESS`, or the bus of the user's manager in `XDG_RUNTIME_DIR`.
        case user
        /// A bus at another address: `unix:path=…`.
        case bus(String)
        /// The socket of a program that is its own other side, without a bus between.
        case peer(path: String)
    }

    /// A method call.
    public struct Call: Sendable {
        public var destination: String
        public var path: String
        public var interface: String
        public var member: String
        public var arguments: [BusValue]

        public init(
            _ destination: String, _ path: String, _ interface: String, _ member: String, _ arguments: [BusValue] = []
        ) {
            self.destination = destination
            self.path = path
            self.interface = interface
            self.member = member
            self.arguments = arguments
        }

        var operation: String { "call \(member) of \(destination)" }
    }

    private let engine: BusEngine
    private let loop: EventLoop

    private init(engine: BusEngine, loop: EventLoop) {
        self.engine = engine
        self.loop = loop
    }

    /// Connects. The handshake goes on in the background: a bus that refuses this user shows with the first call.
    public static func open(_ address: Address, loop: EventLoop) async throws(BusError) -> BusConnection {
        let engine = BusEngine(loop: loop)
        try await onLoop(loop) { () throws(BusError) in try engine.open(address) }
        return BusConnection(engine: engine, loop: loop)
    }

    deinit { close() }

    /// Calls a method and returns what it answers.
    ///
    /// Not cancellable: the other side does what it was asked anyway. It ends with `timeout` at the latest.
    public func call(_ call: Call, timeout: Duration = .seconds(25)) async throws(BusError) -> [BusValue] {
        let outcome: Result<[BusValue], BusError> = await withCheckedContinuation { continuation in
            loop.execute { [engine] in engine.call(call, timeout) { continuation.resume(returning: $0) } }
        }
        return try outcome.get()
    }

    /// Calls `handler` on the loop for every signal that matches, from the moment this returns, in their order and before
    /// the answer to any call that the other side answered later.
    ///
    /// - Parameter onEnd: called on the loop, once, when there will be no more: the connection broke or was closed.
    public func subscribe(
        _ match: BusMatch, onEnd: @escaping @Sendable () -> Void = {}, handler: @escaping @Sendable (BusSignal) -> Void
    ) async throws(BusError) -> BusSubscription {
        let outcome: Result<UInt64, BusError> = await withCheckedContinuation { continuation in
            loop.execute { [engine] in
                engine.subscribe(match, BusEngine.Listener(onSignal: handler, onEnd: onEnd)) {
                    continuation.resume(returning: $0)
                }
            }
        }
        return BusSubscription(id: try outcome.get(), engine: engine, loop: loop)
    }

    /// The signals that match, from the moment this returns. The stream ends with the connection.
    public func signals(_ match: BusMatch) async throws(BusError) -> AsyncStream<BusSignal> {
        let (stream, continuation) = AsyncStream.makeStream(of: BusSignal.self)
        let subscription = try await subscribe(
            match, onEnd: { continuation.finish() }, handler: { continuation.yield($0) })
        continuation.onTermination = { _ in subscription.cancel() }
        return stream
    }

    /// A property of an object, without the variant that it comes in.
    public func property(
        _ name: String, of interface: String, at path: String, _ destination: String
    ) async throws(BusError) -> BusValue {
        let answer = try await call(
            Call(
                destination, path, "org.freedesktop.DBus.Properties", "Get", [.string(interface), .string(name)]))
        guard let value = answer.first else { throw BusError(code: EBADMSG, "read the property \(name)") }
        return value.unwrapped
    }

    /// All properties of an object's interface.
    public func properties(
        of interface: String, at path: String, _ destination: String
    ) async throws(BusError) -> [String: BusValue] {
        let answer = try await call(
            Call(destination, path, "org.freedesktop.DBus.Properties", "GetAll", [.string(interface)]))
        guard let values = answer.first?.dictionaryValue else {
            throw BusError(code: EBADMSG, "read the properties of \(path)")
        }
        return values
    }

    /// Ends the connection without waiting for it. What is under way fails.
    public func close() { loop.execute { [engine] in engine.close() } }

    private static func onLoop(
        _ loop: EventLoop, _ body: @escaping @Sendable () throws(BusError) -> Void
    ) async throws(BusError) {
        let outcome: Result<Void, BusError> = await withCheckedContinuation { continuation in
            loop.execute {
                do throws(BusError) { continuation.resume(returning: .success(try body())) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        try outcome.get()
    }
}
