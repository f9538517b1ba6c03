import Glibc

/// Listening sockets that the service manager made for this process, by the protocol of sd_listen_fds(3).
public enum PassedSockets {
    /// The first descriptor that is passed (SD_LISTEN_FDS_START).
    private static let start: CInt = 3

    /// The descriptors from `LISTEN_PID` and `LISTEN_FDS` of an environment; none when they are meant for another process.
    /// They are closed when this process executes another program.
    ///
    /// - Parameter processID: nil for this process.
    public static func descriptors(environment: [String: String], processID: Int32? = nil) -> [CInt] {
        guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == processID ?? getpid(),
            let count = environment["LISTEN_FDS"].flatMap({ CInt($0) }), (1...1024).contains(count)
        else { return [] }
        let descriptors = Array(start..<start + count)
        for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return descriptors
    }
}
