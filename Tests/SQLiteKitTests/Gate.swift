import Glibc
import Threading

/// Holds one thread until it is opened.
final class Gate: @unchecked Sendable {
    private let opened: UnsafeMutablePointer<sem_t> = .allocate(capacity: 1)
    private let entered = Locked(false)

    init() { sem_init(opened, 0, 0) }

    deinit {
        sem_destroy(opened)
        opened.deallocate()
    }

    var isEntered: Bool { entered.withLock { $0 } }

    func open() { sem_post(opened) }

    /// Blocks the calling thread until the gate is opened.
    func enter() {
        entered.withLock { $0 = true }
        while sem_wait(opened) == -1 && errno == EINTR {}
    }
}
