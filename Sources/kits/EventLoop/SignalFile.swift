import CPlatform
import Glibc
import Synchronization
import Threading

/// A signal file could not be opened, written or watched.
public struct SignalFileError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Operation: String, Sendable {
        case open, write, watch
    }

    public let operation: Operation
    public let path: String
    /// The errno.
    public let code: CInt

    public var description: String {
        let remedy =
            operation == .watch && code == ENOSPC ? "; raise the limit fs.inotify.max_user_watches" : ""
        return "cannot \(operation.rawValue) the signal file \(path): \(String(cString: strerror(code)))\(remedy)"
    }
}

/// A wake-up between processes: a file whose writing wakes all that wait for it, in any process of the machine.
///
/// It carries no data; a wake-up says "look again". None is missed by who reads `generation`, then looks for work, then
/// waits with that generation:
///
///     var generation = signal.generation
///     while let work = await signalledWork() { … ; generation = await signal.wait(since: generation, timeout: …) }
///
/// Works on local file systems (inotify). The file stays one byte long.
public final class SignalFile: Sendable {
    public let path: String
    private let loop: EventLoop
    private let current = Atomic<UInt64>(0)
    private let file = Locked(OpenFile())
    nonisolated(unsafe) private var waiters: [ObjectIdentifier: Waiter] = [:]  // on the loop only

    private struct OpenFile {
        var fd: CInt = -1
        var watch: FileEvents.Token?
    }

    /// One call of `wait`. Only the loop's thread touches it.
    private final class Waiter: @unchecked Sendable {
        var isCancelled = false
        var waiting: (continuation: CheckedContinuation<UInt64, Never>, timer: TimerID)?
    }

    /// Opens the file, creates it if needed (mode 0660 less the umask), and watches it from here on.
    public init(path: String, loop: EventLoop) throws(SignalFileError) {
        self.path = path
        self.loop = loop
        try openAndWatch()
    }

    deinit {
        let file = file.withLock { $0 }
        if let watch = file.watch { loop.fileEvents.remove(watch) }
        if file.fd >= 0 { close(file.fd) }
    }

    /// Wakes all waiters, here and in other processes. One write(2); any thread.
    public func raise() {
        file.withLock { _ = Self.touch($0.fd) }
    }

    /// Raises without an event loop, as a short-lived program does. Creates the file if needed.
    public static func raise(path: String) throws(SignalFileError) {
        let fd = try open(path)
        defer { close(fd) }
        guard touch(fd) else { throw SignalFileError(operation: .write, path: path, code: errno) }
    }

    /// Grows with each wake-up seen. Starts anew in each process.
    public var generation: UInt64 { current.load(ordering: .acquiring) }

    /// Suspends until the file was written after `generation`, by any process, until `timeout` has passed, or until
    /// the task is cancelled or the loop stopped.
    /// - Returns: the generation to look for work with; equal to the one given when there was no wake-up.
    public func wait(since generation: UInt64, timeout: Duration) async -> UInt64 {
        guard self.generation == generation, timeout > .zero else { return self.generation }
        let waiter = Waiter()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute { self.start(waiter, since: generation, timeout, continuation) }
            }
        } onCancel: {
            loop.execute {
                waiter.isCancelled = true
                self.resume(waiter)
            }
        }
    }

    // MARK: on the loop

    private func start(
        _ waiter: Waiter, since generation: UInt64, _ timeout: Duration,
        _ continuation: CheckedContinuation<UInt64, Never>
    ) {
        guard self.generation == generation, !waiter.isCancelled else {
            return continuation.resume(returning: self.generation)
        }
        let timer = loop.addTimer(after: timeout, action: { self.resume(waiter) }, abandon: { self.resume(waiter) })
        waiter.waiting = (continuation, timer)
        waiters[ObjectIdentifier(waiter)] = waiter
    }

    private func resume(_ waiter: Waiter) {
        guard let (continuation, timer) = waiter.waiting else { return }
        waiter.waiting = nil
        waiters[ObjectIdentifier(waiter)] = nil
        loop.cancelTimer(timer)
        continuation.resume(returning: generation)
    }

    private func handle(_ mask: UInt32) {
        if mask & UInt32(IN_ATTRIB | IN_IGNORED) != 0 { reopenIfRemoved(watchIsGone: mask & UInt32(IN_IGNORED) != 0) }
        current.wrappingAdd(1, ordering: .releasing)
        for waiter in waiters.values { resume(waiter) }
    }

    /// Somebody who removes the file, or restores a directory, must not cut the waiters off.
    private func reopenIfRemoved(watchIsGone: Bool) {
        let old = file.withLock { $0 }
        var status = stat()
        guard watchIsGone || (fstat(old.fd, &status) == 0 && status.st_nlink == 0) else { return }
        // Without the directory the file cannot come back: the waiters live on their timeouts.
        guard (try? openAndWatch()) != nil else { return }
        if let watch = old.watch, !watchIsGone { loop.fileEvents.remove(watch) }
        close(old.fd)
    }

    // MARK: the file

    private func openAndWatch() throws(SignalFileError) {
        let fd = try Self.open(path)
        // IN_ATTRIB tells of an unlink while the file is still open here.
        let mask = UInt32(IN_MODIFY | IN_ATTRIB)
        let watch = loop.fileEvents.add(path: path, mask: mask, on: loop) { [weak self] mask in self?.handle(mask) }
        guard let watch else {
            let code = errno
            close(fd)
            throw SignalFileError(operation: .watch, path: path, code: code)
        }
        file.withLock { $0 = OpenFile(fd: fd, watch: watch) }
    }

    private static func touch(_ fd: CInt) -> Bool {
        var byte: UInt8 = 0x21
        // A full disk refuses even the first byte of a new file; new times (IN_ATTRIB) wake the waiters as well.
        return pwrite(fd, &byte, 1, 0) == 1 || futimens(fd, nil) == 0
    }

    private static func open(_ path: String) throws(SignalFileError) -> CInt {
        let fd = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o660)
        guard fd >= 0 else { throw SignalFileError(operation: .open, path: path, code: errno) }
        return fd
    }
}
