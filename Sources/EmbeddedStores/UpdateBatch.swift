import FOQUSModel
import JSONKit
import SQLiteKit
import Stores

/// Applies changes to jobs in one transaction: each job is read once and written once, however many changes it gets.
struct UpdateBatch {
    /// The part of a job that changes.
    private struct Standing {
        let number: Int
        let session: Int
        var state: JobState
        var submitted: Timestamp?
        var setUp: Timestamp?
        var started: Timestamp?
        var finished: Timestamp?
        var consumer: String?
        var message: String?
        var output: Output
        var isChanged = false
    }

    private enum Output {
        case none
        /// In the table.
        case stored
        /// To be written. `replaces` tells whether the table holds one.
        case new([UInt8], replaces: Bool)
        /// To be removed from the table.
        case cleared

        var isPresent: Bool {
            switch self {
            case .none, .cleared: false
            case .stored, .new: true
            }
        }

        var isInTable: Bool {
            switch self {
            case .none: false
            case .stored, .cleared: true
            case .new(_, let replaces): replaces
            }
        }
    }

    /// A change with its JSON made already, outside of the transaction.
    enum Change: Sendable {
        case status(JobID, JobState, consumer: ConsumerID?, message: String?, at: Timestamp)
        case output(JobID, [UInt8])
        case consumerRunning(ConsumerID, instance: String?, at: Timestamp)

        init(_ update: JobUpdate) {
            self =
                switch update {
                case .status(let job, let state, let consumer, let message, let time):
                    .status(job, state, consumer: consumer, message: message, at: time)
                case .output(let job, let value): .output(job, value.serialized())
                case .consumerRunning(let consumer, let instance, let time):
                    .consumerRunning(consumer, instance: instance, at: time)
                }
        }
    }

    private let connection: Connection
    private var jobs: [JobID: Standing?] = [:]
    /// In the order they finished.
    private var finished: [JobID] = []
    private var consumers: [ConsumerID: (instance: String?, running: Timestamp)] = [:]

    init(_ connection: Connection) { self.connection = connection }

    mutating func apply(_ changes: [Change]) throws -> [UpdateOutcome] {
        var outcomes: [UpdateOutcome] = []
        for change in changes { outcomes.append(try apply(change)) }
        try writeJobs()
        try writeConsumers()
        return outcomes
    }

    private mutating func apply(_ change: Change) throws -> UpdateOutcome {
        switch change {
        case .consumerRunning(let id, let instance, let time):
            note(id, instance: instance, at: time)
            return .applied
        case .status(let id, let state, let consumer, let message, let time):
            guard var job = try standing(of: id) else { return .unknown }
            let outcome = Self.move(&job, to: state, by: consumer, message, at: time)
            if let consumer { note(consumer, instance: nil, at: time) }
            if outcome == .applied {
                jobs[id] = job
                if state.isFinal { finished.append(id) }
            }
            return outcome
        case .output(let id, let bytes):
            guard var job = try standing(of: id) else { return .unknown }
            guard !job.state.isFinal || (job.state == .success && !job.output.isPresent) else {
                return try output(of: job) == bytes ? .repeated : .refused(job.state)
            }
            job.output = .new(bytes, replaces: job.output.isInTable)
            job.isChanged = true
            jobs[id] = job
            return .applied
        }
    }

    // MARK: rules

    private static func move(
        _ job: inout Standing, to state: JobState, by consumer: ConsumerID?, _ message: String?, at time: Timestamp
    ) -> UpdateOutcome {
        let isAnotherConsumer = consumer != nil && job.consumer != nil && consumer?.description != job.consumer
        switch JobStateMachine.verdict(from: job.state, to: state) {
        case .refused: return .refused(job.state)
        case .repeated:
            // Another worker has leased the job before the first got it to run.
            guard state == .setup, isAnotherConsumer else { return .repeated }
        case .move:
            // The notice of a worker that has lost the job to another one, which has set it up since. An end is
            // accepted from either: what finishes first counts.
            if job.state == .setup, state == .running, isAnotherConsumer { return .refused(job.state) }
        }
        job.state = state
        job.isChanged = true
        if let consumer { job.consumer = consumer.description }
        switch state {
        case .create, .stop: break
        case .submit: job.submitted = time
        case .setup:
            // An attempt leaves nothing to the next one.
            job.setUp = time
            job.started = nil
            job.message = nil
            job.output = job.output.isInTable ? .cleared : .none
        case .running: job.started = time
        case .success, .error, .terminate, .expired, .invalid: job.finished = time
        }
        if let message { job.message = message }
        return .applied
    }

    private mutating func note(_ consumer: ConsumerID, instance: String?, at time: Timestamp) {
        let known = consumers[consumer]
        consumers[consumer] = (instance ?? known?.instance, max(time, known?.running ?? time))
    }

    // MARK: reading and writing

    private mutating func standing(of id: JobID) throws -> Standing? {
        if let known = jobs[id] { return known }
        let found = try connection.query(
            """
            SELECT number, session, state, submitted, set_up, started, finished, consumer, message,
                EXISTS (SELECT 1 FROM job_output WHERE job_output.job = job.number)
            FROM job WHERE id = ?
            """, id.description
        ) { row in
            guard let state = JobState(rawValue: row.text(2)) else {
                throw UnreadableRow("job \(id) has no known state")
            }
            return Standing(
                number: row.int(0), session: row.int(1), state: state, submitted: row.optionalTime(3),
                setUp: row.optionalTime(4), started: row.optionalTime(5), finished: row.optionalTime(6),
                consumer: row.optionalText(7), message: row.optionalText(8),
                output: row.int(9) != 0 ? .stored : .none)
        }.first
        jobs[id] = .some(found)
        return found
    }

    private func output(of job: Standing) throws -> [UInt8]? {
        switch job.output {
        case .none, .cleared: return nil
        case .new(let bytes, _): return bytes
        case .stored:
            return try connection.query("SELECT json FROM job_output WHERE job = ?", job.number) { $0.blob(0) }.first
        }
    }

    private func writeJobs() throws {
        for case let job? in jobs.values where job.isChanged {
            try connection.execute(
                """
                UPDATE job SET state = ?, submitted = ?, set_up = ?, started = ?, finished = ?, consumer = ?,
                    message = ? WHERE number = ?
                """, job.state.rawValue, job.submitted?.milliseconds, job.setUp?.milliseconds,
                job.started?.milliseconds, job.finished?.milliseconds, job.consumer,
                job.message, job.number)
            switch job.output {
            case .none, .stored: break
            case .new(let bytes, _):
                try connection.execute("INSERT OR REPLACE INTO job_output VALUES (?, ?)", job.number, bytes)
            case .cleared: try connection.execute("DELETE FROM job_output WHERE job = ?", job.number)
            }
        }
        for id in finished {
            guard let job = jobs[id].flatMap({ $0 }) else { continue }
            try connection.execute("INSERT INTO result (session, job) VALUES (?, ?)", job.session, job.number)
        }
    }

    private func writeConsumers() throws {
        for (id, consumer) in consumers {
            try connection.execute(
                """
                INSERT INTO consumer (id, instance, running) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET
                    instance = coalesce(excluded.instance, instance), running = max(running, excluded.running)
                """, id.description, consumer.instance, consumer.running.milliseconds)
        }
    }
}

extension EmbeddedJobTable {
    func apply(_ updates: [JobUpdate]) async throws(StoreError) -> [UpdateOutcome] {
        if updates.isEmpty { return [] }
        let changes = updates.map(UpdateBatch.Change.init)
        return try await core.write("apply \(updates.count) changes of jobs") { connection in
            var batch = UpdateBatch(connection)
            return try batch.apply(changes)
        }
    }
}
