import FOQUSModel
import JSONKit
import SQLiteKit

/// A job as it lies in the tables. Reading the JSON in it is left to the caller's thread.
struct JobRow: Sendable {
    let id: String
    let session: String
    let owner: String
    let simulation: String
    let application: String
    let state: String
    let created: Timestamp
    let submitted: Timestamp?
    let setUp: Timestamp?
    let started: Timestamp?
    let finished: Timestamp?
    let consumer: String?
    let message: String?
    let request: [UInt8]
    let output: [UInt8]?

    static let select = """
        SELECT job.id, session.id, job.owner, simulation, application, state, job.created, submitted, set_up, started,
            finished, consumer, message, job_request.json, job_output.json
        FROM job JOIN session ON session.number = job.session JOIN job_request ON job_request.job = job.number
            LEFT JOIN job_output ON job_output.job = job.number
        """

    init(_ row: Row) {
        id = row.text(0)
        session = row.text(1)
        owner = row.text(2)
        simulation = row.text(3)
        application = row.text(4)
        state = row.text(5)
        created = row.time(6)
        submitted = row.optionalTime(7)
        setUp = row.optionalTime(8)
        started = row.optionalTime(9)
        finished = row.optionalTime(10)
        consumer = row.optionalText(11)
        message = row.optionalText(12)
        request = row.blob(13)
        output = row.optionalBlob(14)
    }

    func job() throws(UnreadableRow) -> Job {
        guard let id = JobID(id), let session = SessionID(session), let owner = try? UserName(owner),
            let simulation = try? SimulationName(simulation), let state = JobState(rawValue: state),
            let request = try? JSON.parse(request).objectValue
        else { throw UnreadableRow("job \(id) is not readable") }
        var job = Job(
            id: id, session: session, user: owner, request: request, simulation: simulation, application: application,
            state: state, created: created)
        job.submitted = submitted
        job.setUp = setUp
        job.started = started
        job.finished = finished
        job.consumer = consumer.flatMap { ConsumerID($0) }
        job.message = message
        if let output {
            guard let value = try? JSON.parse(output) else { throw UnreadableRow("the output of job \(id) is no JSON") }
            job.output = value
        }
        return job
    }
}

extension Row {
    /// A column of milliseconds since 1970.
    func time(_ column: Int) -> Timestamp { Timestamp(milliseconds: Int64(int(column))) }
    func optionalTime(_ column: Int) -> Timestamp? { isNull(column) ? nil : time(column) }
}
