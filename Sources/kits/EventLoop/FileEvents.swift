import CPlatform
import Glibc
import Threading

/// The inotify instance of an event loop, opened with the first watch.
///
/// One for all watches of a loop, as a user has only 128 instances (fs.inotify.max_user_instances).
final class FileEvents: Sendable {
    typealias Handler = @Sendable (_ mask: UInt32) -> Void

    /// Names one watch. Watches of the same file share inotify's descriptor.
    struct Token: Hashable, Sendable {
        fileprivate let descriptor: CInt
        fileprivate let serial: UInt64
    }

    private struct State {
        var fd: CInt = -1
        var serial: UInt64 = 0
        var handlers: [CInt: [UInt64: Handler]] = [:]
    }

    private let state = Locked(State())

    deinit { state.withLock { if $0.fd >= 0 { close($0.fd) } } }

    /// Calls `handler` on the loop with the events of the file at `path`. In effect when this returns; any thread.
    /// - Returns: nil with `errno` set when the system refuses.
    func add(path: String, mask: UInt32, on loop: EventLoop, handler: @escaping Handler) -> Token? {
        state.withLock { state in
            if state.fd < 0 {
                state.fd = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
                guard state.fd >= 0 else { return nil }
                let fd = state.fd
                loop.execute { [weak loop] in
                    loop?.watch(fd, events: .readable) { [weak loop] _ in loop?.fileEvents.read(fd) }
                }
            }
            let descriptor = inotify_add_watch(state.fd, path, mask | UInt32(IN_MASK_ADD))
            guard descriptor >= 0 else { return nil }
            state.serial += 1
            state.handlers[descriptor, default: [:]][state.serial] = handler
            return Token(descriptor: descriptor, serial: state.serial)
        }
    }

    func remove(_ token: Token) {
        state.withLock { state in
            state.handlers[token.descriptor]?[token.serial] = nil
            guard state.handlers[token.descriptor]?.isEmpty == true else { return }
            state.handlers[token.descriptor] = nil
            inotify_rm_watch(state.fd, token.descriptor)
        }
    }

    private func read(_ fd: CInt) {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while true {
                let count = Glibc.read(fd, buffer.baseAddress!, buffer.count)
                guard count > 0 else { return }
                var offset = 0
                while offset < count {
                    let event = buffer.load(fromByteOffset: offset, as: inotify_event.self)
                    offset += MemoryLayout<inotify_event>.size + Int(event.len)
                    for handler in handlers(of: event) { handler(event.mask) }
                }
            }
        }
    }

    private func handlers(of event: inotify_event) -> [Handler] {
        state.withLock { state in
            // Events were lost, and nobody knows whose.
            if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { return state.handlers.values.flatMap(\.values) }
            let handlers = state.handlers[event.wd].map { Array($0.values) } ?? []
            // The file is gone and the kernel has dropped the watch.
            if event.mask & UInt32(IN_IGNORED) != 0 { state.handlers[event.wd] = nil }
            return handlers
        }
    }
}
