import FOQUSModel
import JSONKit

/// What a worker publishes in the life of a job.
struct WorkerVoice {
    let worker = WorkerIdentity(
        consumer: ConsumerID(UUIDText("b5dd83d8-3762-470d-9ba1-34ce6f0e753d")!), instance: "i-0123456789")
    let session: SessionID
    let user = "ann"

    func status(_ state: JobState, _ job: JobID, message: String? = nil) -> Notification {
        .jobStatus(state, job: job, session: session, worker: worker, user: user, message: message)
    }

    func output(_ value: JSON, _ job: JobID) -> Notification {
        .jobOutput(value, job: job, session: session, user: user)
    }

    /// From set-up to success.
    func life(of job: JobID, output value: JSON = ["graphError": 0]) -> [Notification] {
        [status(.setup, job), status(.running, job), output(value, job), status(.success, job)]
    }
}
