import CPlatform

/// The memory of this process itself.
public enum OwnMemory {
    /// Lets go of the code that only the start needed: for a daemon that is about to idle for long. What runs again is
    /// mapped again from the page cache, at the cost of some page faults.
    ///
    /// - Returns: bytes that the kernel was asked to unmap.
    @discardableResult
    public static func releaseStartUpCode() -> Int { cp_release_code() }
}
