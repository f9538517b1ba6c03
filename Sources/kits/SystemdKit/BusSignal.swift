import EventLoop

/// A signal as it arrived.
public struct BusSignal: Sendable, Hashable {
    public let path: String
    public let interface: String
    public let member: String
    public let arguments: [BusValue]
}

/// Which signals are wanted; nil is any.
public struct BusMatch: Sendable, Hashable {
    public var sender: String?
    public var path: String?
    public var interface: String?
    public var member: String?
    /// The first argument, a string.
    public var firstArgument: String?

    public init(
        sender: String? = nil, path: String? = nil, interface: String? = nil, member: String? = nil,
        firstArgument: String? = nil
    ) {
        self.sender = sender
        self.path = path
        self.interface = interface
        self.member = member
        self.firstArgument = firstArgument
    }

    /// D-Bus specification, "Match Rules".
    /// - Parameter isOnBus: without a bus between, messages have no sender.
    func rule(isOnBus: Bool) -> String {
        let parts = [
            ("sender", isOnBus ? sender : nil), ("path", path), ("interface", interface), ("member", member),
            ("arg0", firstArgument),
        ]
        return (["type='signal'"] + parts.compactMap { key, value in value.map { "\(key)=\(Self.quoted($0))" } })
            .joined(separator: ",")
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

/// Signals are delivered until it is cancelled or let go.
public final class BusSubscription: Sendable {
    private let id: UInt64
    private let engine: BusEngine
    private let loop: EventLoop

    init(id: UInt64, engine: BusEngine, loop: EventLoop) {
        self.id = id
        self.engine = engine
        self.loop = loop
    }

    deinit { cancel() }

    /// No handler is called after those that run on the loop now. More calls do nothing.
    public func cancel() { loop.execute { [engine, id] in engine.unsubscribe(id) } }
}
