import FOQUSModel
import JSONKit
import Stores

/// The effects of one attempt's steps, worded and ordered as the contract has them (cloud-protocol 2.4 to 2.6).
struct JobEffects: Sendable {
    let attempt: AttemptID
    let worker: WorkerIdentity
    let lease: Lease
    let user: String
    let job: JobID
    let session: SessionID
    /// Whether the end must wait until the output shows in the table.
    let waitsForOutput: Bool
    /// False when nobody is told anything.
    let tells: Bool

    func setup() -> [Effect] {
        text("text-setup", "consumer=\(worker.consumer), setup foqus job") + status("setup", .setup)
    }

    func running() -> [Effect] { status("running", .running) }

    /// The end of the job, once its files are stored.
    func final(_ state: JobState, message: String?, output: JSON?) -> [Effect] {
        var effects: [Effect] = []
        if let output {
            effects += publish("output", .jobOutput(output, job: job, session: session, user: user))
            if waitsForOutput { effects.append(.awaitOutput(job, output)) }
        }
        effects += status("final", state, message: message)
        effects += text("text-final", "consumer=\(worker.consumer), job \(job) finished, \(state.rawValue)")
        effects.append(.acknowledge(lease))
        return effects
    }

    /// Rows 11 to 13: refused before any setup.
    func refused(_ state: JobState, message: String, text words: String) -> [Effect] {
        status("final", state, message: message) + text("text-final", words) + [.acknowledge(lease)]
    }

    /// Row 14: nothing to do any more.
    func ignored(_ words: String) -> [Effect] { text("text-final", words) + [.acknowledge(lease)] }

    func retried(_ message: String, delay: Duration, countsAsAttempt: Bool = true) -> [Effect] {
        text("text-final", message) + [.release(lease, delay: delay, countsAsAttempt: countsAsAttempt)]
    }

    func givenBack() -> [Effect] { [.release(lease, delay: .zero, countsAsAttempt: false)] }

    private func status(_ name: String, _ state: JobState, message: String? = nil) -> [Effect] {
        publish(
            name,
            .jobStatus(
                state, job: job, session: session, worker: worker, user: user,
                message: message.map { BoundedText.cut($0) }))
    }

    private func text(_ name: String, _ words: String) -> [Effect] {
        publish(name, .text(BoundedText.cut(words), job: job, worker: worker))
    }

    private func publish(_ name: String, _ notification: @autoclosure () -> Notification) -> [Effect] {
        tells ? [.publish(OutgoingNotification(id: "\(attempt)/\(name)", notification: notification()))] : []
    }
}
