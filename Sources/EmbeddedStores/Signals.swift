import EventLoop
import FOQUSModel
import FileKit
import Stores

/// The wake-ups that the processes of one store send to each other.
struct Signals: Sendable {
    /// The queue has, or soon will have, a message to receive.
    let queue: SignalFile
    /// There are notifications for the processor.
    let updates: SignalFile
    /// There is a new dead letter.
    let dead: SignalFile

    init(directory: String, loop: EventLoop) throws {
        queue = try SignalFile(path: Path.join(directory, "queue"), loop: loop)
        updates = try SignalFile(path: Path.join(directory, "updates"), loop: loop)
        dead = try SignalFile(path: Path.join(directory, "dead"), loop: loop)
    }

    func raiseAll() {
        for signal in [queue, updates, dead] { signal.raise() }
    }
}

extension SignalFile {
    /// A wait ends by the clock of the store; this only bounds a wait on a machine whose clock stands still.
    private static let longest = Duration.seconds(3600)

    /// Suspends until a wake-up after `generation`, for at most `duration` by `time`, or until the task is cancelled.
    func wait(since generation: UInt64, atMost duration: Duration, by time: any TimeSource) async {
        await withTaskGroup { group in
            group.addTask { _ = await self.wait(since: generation, timeout: Self.longest) }
            group.addTask { try? await time.sleep(for: duration) }
            await group.next()
            group.cancelAll()
        }
    }
}
