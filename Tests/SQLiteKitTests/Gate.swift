import Glibc
import Threading

/// Holds a thread until it is opened.
final class Gate: Sendable {
    private let state = Locked((isEntered: false, isOpen: false))

    var isEntered: Bool { state.withLock { $0.isEntered } }

    func open() { state.withLock { $0.isOpen = true } }

    /// Blocks the calling thread. A test's thread may look again and again; nothing else waits for it.
    func enter() {
        state.withLock { $0.isEntered = true }
        while !state.withLock({ $0.isOpen }) { usleep(500) }
    }
}
