extension Supervisor {
    /// Feeds the watchdog, four times in its interval, until the task is cancelled. Returns at once when nobody waits for
    /// that.
    ///
    /// A timer alone would prove that timers work.
    ///
    /// - Parameters:
    ///   - isAtWork: looks for proof that the program does what it is there for. One that says no, or does not return, lets
    ///     the watchdog starve.
    ///   - failed: the supervisor cannot be told.
    public func feedWatchdog(
        while isAtWork: () async -> Bool, failed: (SystemdError) -> Void
    ) async {
        guard let interval = watchdogInterval else { return }
        while !Task.isCancelled {
            if await isAtWork() {
                do throws(SystemdError) { try watchdog() } catch { failed(error) }
            }
            try? await Task.sleep(for: interval / 4)
        }
    }
}
