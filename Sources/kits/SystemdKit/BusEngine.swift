import CSystemd
import EventLoop
import Glibc

/// An `sd_bus` on an event loop. Everything but `init` happens on the loop's thread.
final class BusEngine: @unchecked Sendable {
    /// Whom a subscription tells.
    struct Listener {
        let onSignal: @Sendable (BusSignal) -> Void
        let onEnd: @Sendable () -> Void
    }

    /// A call or the installation of a match that waits for its answer.
    private final class Pending {
        unowned let engine: BusEngine
        let id: UInt64
        let operation: String
        let finish: (Result<[BusValue], BusError>) -> Void

        init(
            _ engine: BusEngine, _ id: UInt64, _ operation: String,
            _ finish: @escaping (Result<[BusValue], BusError>) -> Void
        ) {
            self.engine = engine
            self.id = id
            self.operation = operation
            self.finish = finish
        }
    }

    private final class Subscription {
        let listener: Listener
        let installation: Pending?
        /// Freed with the match.
        var slot: OpaquePointer?

        init(_ listener: Listener, installation: Pending?) {
            self.listener = listener
            self.installation = installation
        }
    }

    private let loop: EventLoop
    /// Nil before `open` and after the end.
    private var bus: OpaquePointer?
    private var isOnBus = true
    private var watched: CInt?
    private var watchedEvents: IOEvents = []
    private var timer: TimerID?
    private var lastID: UInt64 = 0
    private var pending: [UInt64: Pending] = [:]
    private var subscriptions: [UInt64: Subscription] = [:]

    init(loop: EventLoop) { self.loop = loop }

    func open(_ address: BusConnection.Address) throws(BusError) {
        var bus: OpaquePointer?
        var code: CInt
        switch address {
        case .system: code = sd_bus_open_system(&bus)
        case .user: code = sd_bus_open_user(&bus)
        case .bus(let text): code = Self.start(&bus, text, isOnBus: true)
        case .peer(let path):
            isOnBus = false
            // The address has an escape of its own (D-Bus specification, "Server Addresses").
            code = Self.start(&bus, "unix:path=" + Self.escaped(path), isOnBus: false)
        }
        guard code >= 0, let bus else {
            if let bus { sd_bus_close_unref(bus) }
            throw BusError(code: code, "connect to \(Self.title(address))")
        }
        self.bus = bus
        turn()
    }

    func call(
        _ call: BusConnection.Call, _ timeout: Duration, _ finish: @escaping (Result<[BusValue], BusError>) -> Void
    ) {
        guard let bus else { return finish(.failure(BusError(code: ENOTCONN, call.operation))) }
        var message: OpaquePointer?
        var code = sd_bus_message_new_method_call(
            bus, &message, call.destination, call.path, call.interface, call.member)
        defer { sd_bus_message_unref(message) }
        if code >= 0, let message { code = BusMessage.append(call.arguments, to: message) }
        guard code >= 0 else { return finish(.failure(BusError(code: code, call.operation))) }
        let entry = add(call.operation, finish)
        code = sd_bus_call_async(
            bus, nil, message, Self.onAnswer, Unmanaged.passUnretained(entry).toOpaque(), Self.microseconds(timeout))
        if code < 0 { take(entry)?.finish(.failure(BusError(code: code, call.operation))) }
        turn()
    }

    func subscribe(_ match: BusMatch, _ listener: Listener, _ finish: @escaping (Result<UInt64, BusError>) -> Void) {
        let operation = "listen to \(match.member ?? "signals") of \(match.sender ?? "the bus")"
        guard let bus else { return finish(.failure(BusError(code: ENOTCONN, operation))) }
        lastID += 1
        let id = lastID
        // Without a bus there is nobody to tell what is wanted, so nobody answers either.
        let installation = isOnBus ? add(operation) { [self] result in installed(id, result, finish) } : nil
        let subscription = Subscription(listener, installation: installation)
        subscriptions[id] = subscription
        let code = sd_bus_add_match_async(
            bus, &subscription.slot, match.rule(isOnBus: isOnBus), Self.onSignal,
            isOnBus ? Self.onInstallation : nil, Unmanaged.passUnretained(subscription).toOpaque())
        if code < 0 {
            subscriptions[id] = nil
            installation.map { _ = take($0) }
            return finish(.failure(BusError(code: code, operation)))
        }
        if installation == nil { finish(.success(id)) }
        turn()
    }

    private func installed(
        _ id: UInt64, _ result: Result<[BusValue], BusError>, _ finish: (Result<UInt64, BusError>) -> Void
    ) {
        if case .failure = result { unsubscribe(id) }
        finish(result.map { _ in id })
    }

    func unsubscribe(_ id: UInt64) {
        guard let subscription = subscriptions.removeValue(forKey: id) else { return }
        if let slot = subscription.slot { sd_bus_slot_unref(slot) }
        if bus != nil { turn() }
    }

    /// Ends it all. Safe to call again.
    func close() { end(ENOTCONN) }

    // MARK: what the library asks for

    /// Lets the library do what it can without waiting, and notes what it waits for. Not from its own callbacks.
    private func turn() {
        guard let bus, !isTurning else { return }
        isTurning = true
        var code: CInt = 1
        while code > 0 { code = sd_bus_process(bus, nil) }
        isTurning = false
        guard code >= 0, sd_bus_is_open(bus) > 0 else { return end(code < 0 ? code : ECONNRESET) }
        watch(bus)
    }
    private var isTurning = false

    private func watch(_ bus: OpaquePointer) {
        let descriptor = sd_bus_get_fd(bus)
        let wanted = sd_bus_get_events(bus)
        guard descriptor >= 0, wanted >= 0 else { return end(descriptor < 0 ? descriptor : wanted) }
        var events: IOEvents = []
        if wanted & CInt(POLLIN) != 0 { events.insert(.readable) }
        if wanted & CInt(POLLOUT) != 0 { events.insert(.writable) }
        if watched != descriptor || watchedEvents != events {
            if let watched, watched != descriptor { loop.unwatch(watched) }
            loop.watch(descriptor, events: events) { [weak self] _ in self?.turn() }
            (watched, watchedEvents) = (descriptor, events)
        }
        if let timer { loop.cancelTimer(timer) }
        timer = nil
        var deadline: UInt64 = .max
        guard sd_bus_get_timeout(bus, &deadline) >= 0, deadline != .max else { return }
        let now = MonotonicClock.now() / 1000
        timer = loop.addTimer(after: .microseconds(Int64(clamping: deadline > now ? deadline - now : 0))) {
            [weak self] in self?.turn()
        }
    }

    private func end(_ code: CInt) {
        guard let bus else { return }
        self.bus = nil
        if let watched { loop.unwatch(watched) }
        if let timer { loop.cancelTimer(timer) }
        (watched, timer) = (nil, nil)
        let (pending, subscriptions) = (pending, subscriptions)
        (self.pending, self.subscriptions) = ([:], [:])
        for (_, subscription) in subscriptions {
            if let slot = subscription.slot { sd_bus_slot_unref(slot) }
        }
        sd_bus_close_unref(bus)
        for (_, entry) in pending { entry.finish(.failure(BusError(code: code, entry.operation))) }
        for (_, subscription) in subscriptions { subscription.listener.onEnd() }
    }

    private func add(_ operation: String, _ finish: @escaping (Result<[BusValue], BusError>) -> Void) -> Pending {
        lastID += 1
        let entry = Pending(self, lastID, operation, finish)
        pending[entry.id] = entry
        return entry
    }

    private func take(_ entry: Pending) -> Pending? { pending.removeValue(forKey: entry.id) }

    // MARK: callbacks, within sd_bus_process

    private typealias Callback = sd_bus_message_handler_t

    private static let onAnswer: Callback = { message, context, _ in
        answer(Unmanaged<Pending>.fromOpaque(context!).takeUnretainedValue(), message!)
        return 0
    }

    private static let onInstallation: Callback = { message, context, _ in
        let subscription = Unmanaged<Subscription>.fromOpaque(context!).takeUnretainedValue()
        if let installation = subscription.installation { answer(installation, message!) }
        return 0
    }

    private static let onSignal: Callback = { message, context, _ in
        let subscription = Unmanaged<Subscription>.fromOpaque(context!).takeUnretainedValue()
        func text(_ value: UnsafePointer<CChar>?) -> String { value.map { String(cString: $0) } ?? "" }
        guard let values = try? BusMessage.values(of: message!) else { return 0 }
        subscription.listener.onSignal(
            BusSignal(
                path: text(sd_bus_message_get_path(message)), interface: text(sd_bus_message_get_interface(message)),
                member: text(sd_bus_message_get_member(message)), arguments: values))
        return 0
    }

    private static func answer(_ entry: Pending, _ message: OpaquePointer) {
        guard let entry = entry.engine.take(entry) else { return }
        if let error = sd_bus_message_get_error(message)?.pointee {
            let name = error.name.map { String(cString: $0) } ?? "org.freedesktop.DBus.Error.Failed"
            let reason = error.message.map { String(cString: $0) } ?? name
            return entry.finish(.failure(BusError(name: name, reason: reason, operation: entry.operation)))
        }
        do throws(BusError) { entry.finish(.success(try BusMessage.values(of: message))) } catch {
            entry.finish(.failure(error))
        }
    }

    // MARK: addresses

    private static func start(_ bus: inout OpaquePointer?, _ address: String, isOnBus: Bool) -> CInt {
        var code = sd_bus_new(&bus)
        if code >= 0 { code = sd_bus_set_address(bus, address) }
        if code >= 0, isOnBus { code = sd_bus_set_bus_client(bus, 1) }
        return code < 0 ? code : sd_bus_start(bus)
    }

    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"),
                UInt8(ascii: "."):
                String(Unicode.Scalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }

    private static func title(_ address: BusConnection.Address) -> String {
        switch address {
        case .system: "the system bus"
        case .user: "the user's bus"
        case .bus(let address): "the bus \(address)"
        case .peer(let path): path
        }
    }

    private static func microseconds(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        return UInt64(max(0, seconds)) * 1_000_000 + UInt64(max(0, attoseconds) / 1_000_000_000_000)
    }
}
