import CPlatform

/// What epoll reports of a descriptor. The raw values are epoll's.
public struct IOEvents: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes, a connection or the end of the stream can be read.
    public static let readable = IOEvents(rawValue: EPOLLIN.rawValue)
    /// Bytes can be written.
    public static let writable = IOEvents(rawValue: EPOLLOUT.rawValue)
    /// The other side is gone. Always reported, never asked for.
    public static let hangUp = IOEvents(rawValue: EPOLLHUP.rawValue)
    /// The descriptor is in error. Always reported, never asked for.
    public static let error = IOEvents(rawValue: EPOLLERR.rawValue)
}
