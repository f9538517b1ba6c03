import CSQLite
import Glibc

/// Waits while another process holds a lock, until a limit.
///
/// SQLite's own waiting begins with a millisecond and goes up to 100. Our transactions take some ten microseconds, so
/// that shorter sleeps first get at the lock much sooner and hardly cost anything.
final class BusyWaiting {
    private let limit: UInt64
    private var start: UInt64 = 0

    init(limit: Duration) {
        let (seconds, attoseconds) = limit.components
        self.limit = UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds) / 1_000_000_000)
    }

    /// Installs it in a connection, which must not outlive it.
    func install(in database: OpaquePointer) {
        sqlite3_busy_handler(
            database,
            { context, count in
                Unmanaged<BusyWaiting>.fromOpaque(context!).takeUnretainedValue().wait(attempt: Int(count)) ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Sleeps a little before the next attempt, counted from 0. False when the time is up.
    func wait(attempt: Int) -> Bool {
        let now = monotonicNanoseconds()
        if attempt == 0 { start = now }
        let waited = now - start
        guard waited < limit else { return false }
        // 50 µs, 50, 50, 50, 100, 100, … up to 5 ms.
        let pause = min(50_000 << UInt64(min(attempt / 4, 10)), 5_000_000, limit - waited)
        var time = timespec(tv_sec: 0, tv_nsec: Int(pause))
        nanosleep(&time, nil)
        return true
    }
}

private func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
