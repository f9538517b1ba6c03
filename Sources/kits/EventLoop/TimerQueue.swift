/// Names one timer of one `EventLoop`.
public struct TimerID: Hashable, Sendable {
    let serial: UInt64
}

/// Timers by deadline: a binary heap of deadlines beside a table of actions.
///
/// Adding is O(log n). Cancelling only takes the action out of the table, O(1); the heap's entry is dropped when it
/// comes up, or when dead entries outnumber live ones. Timers of equal deadline fire in the order they were added.
struct TimerQueue {
    struct Actions {
        /// The deadline has passed.
        let fire: @Sendable () -> Void
        /// The loop ends before the deadline: whoever waits must not wait for ever.
        let abandon: (@Sendable () -> Void)?
    }

    private struct Entry {
        let deadline: UInt64
        let serial: UInt64

        static func < (left: Entry, right: Entry) -> Bool {
            (left.deadline, left.serial) < (right.deadline, right.serial)
        }
    }

    private var heap: [Entry] = []
    private var actions: [UInt64: Actions] = [:]
    private var lastSerial: UInt64 = 0

    /// The number of timers that are neither fired nor cancelled.
    var count: Int { actions.count }

    mutating func add(deadline: UInt64, _ action: Actions) -> TimerID {
        lastSerial += 1
        actions[lastSerial] = action
        heap.append(Entry(deadline: deadline, serial: lastSerial))
        siftUp(heap.count - 1)
        return TimerID(serial: lastSerial)
    }

    mutating func cancel(_ id: TimerID) {
        guard actions.removeValue(forKey: id.serial) != nil else { return }
        if heap.count > 64 && heap.count > 2 * actions.count { dropCancelled() }
    }

    /// The soonest deadline, nil without any timer.
    mutating func nextDeadline() -> UInt64? {
        while let first = heap.first {
            if actions[first.serial] != nil { return first.deadline }
            removeFirst()
        }
        return nil
    }

    /// Takes out the soonest timer that is due at `now`.
    mutating func popDue(at now: UInt64) -> Actions? {
        while let first = heap.first, first.deadline <= now {
            removeFirst()
            if let action = actions.removeValue(forKey: first.serial) { return action }
        }
        return nil
    }

    /// Takes out all timers.
    mutating func removeAll() -> [Actions] {
        defer {
            heap = []
            actions = [:]
        }
        return Array(actions.values)
    }

    private mutating func dropCancelled() {
        heap.removeAll { actions[$0.serial] == nil }
        // A sorted array is a heap.
        heap.sort { $0 < $1 }
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index] < heap[parent] else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var smallest = index
            for child in (2 * index + 1)...(2 * index + 2) where child < heap.count && heap[child] < heap[smallest] {
                smallest = child
            }
            guard smallest != index else { return }
            heap.swapAt(index, smallest)
            index = smallest
        }
    }
}
