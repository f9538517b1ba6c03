import FOQUSModel
import JSONKit
import SQLiteKit

/// A message of the queue, or a dead letter, as it lies in the tables.
struct MessageRow: Sendable {
    let number: Int
    /// How often it was received so far.
    let receives: Int
    let sent: Timestamp
    /// When it became a dead letter.
    let died: Timestamp
    let generation: Int
    let job: Int?
    private let body: [UInt8]?
    private let attributes: [UInt8]?
    /// The job whose start the message is, for a message without a body.
    private var started: JobRow?

    /// The columns that `rows` needs from the queue.
    static let queueColumns = "number, receives, sent, 0, generation, job, body, attributes"
    /// The columns that `rows` needs from the dead letters.
    static let deadColumns = "number, receives, sent, died, 0, job, body, attributes"

    private init(_ row: Row) {
        number = row.int(0)
        receives = row.int(1)
        sent = row.time(2)
        died = row.time(3)
        generation = row.int(4)
        job = row.optionalInt(5)
        body = row.optionalBlob(6)
        attributes = row.optionalBlob(7)
    }

    /// Reads messages together with the jobs they start.
    static func rows(_ sql: String, _ parameters: Int..., in connection: Connection) throws -> [MessageRow] {
        var rows = try connection.query(sql, parameters: parameters) { MessageRow($0) }
        for index in rows.indices where rows[index].body == nil {
            guard let job = rows[index].job else { continue }
            rows[index].started = try connection.first("\(JobRow.select) WHERE job.number = ?", job) { JobRow($0) }
        }
        return rows
    }

    /// What the receiver gets. Made outside of the transaction, as it takes time.
    func content() throws(UnreadableRow) -> (body: [UInt8], attributes: [String: String]) {
        if let body, let attributes { return (body, try AttributeText.decode(attributes)) }
        guard let started else { throw UnreadableRow("message \(number) has neither a body nor a job") }
        let job = try started.job()
        return (JobMessage.body(of: job).serialized(), JobMessage.attributes(of: job))
    }
}
