import Glibc

/// Items for threads that sleep while there are none. An item belongs to the thread that takes it; whoever pushed it
/// must not use it meanwhile.
final class WorkQueue<Item>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
    private let changed: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
    private var items: [Item] = []
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// False when the queue is closed; the item is dropped then.
    func push(_ item: Item) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if isClosed { return false }
        items.append(item)
        pthread_cond_signal(changed)
        return true
    }

    /// Refuses more items. Those queued are still taken.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }

    /// Waits for items and takes up to `limit` of them, oldest first. Empty when the queue is closed and all are taken.
    func take(_ limit: Int) -> [Item] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while items.isEmpty && !isClosed { pthread_cond_wait(changed, mutex) }
        if items.count <= limit {
            defer { items.removeAll() }
            return items
        }
        let taken = Array(items.prefix(limit))
        items.removeFirst(limit)
        return taken
    }
}
