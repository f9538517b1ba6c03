import FOQUSModel
import JSONKit
import Stores

/// A row `Job` of the deployed table (cloud-protocol 3.1, 4), as the lambdas or we wrote it.
///
/// `State` stays `create` until the job is finished or stopped; `submit`, `setup` and `running` only show as
/// attributes of these names, which hold the time. Our rows have two attributes more than the contract's: `Message`,
/// and `Request`, the client's job object as JSON text, in which `Input` is null where the attribute `Input` holds the
/// same exactly.
struct JobItem: Sendable {
    static let type = "Job"
    /// What changes in a job's life, and what a change is conditional on.
    static let standingNames = ["State", "submit", "setup", "running", "Finished", "ConsumerId"]

    let id: JobID
    let item: Item

    static func key(_ id: JobID) -> ItemKey { ItemKey(type: type, id: id.description) }

    /// Nil when the item's key is no job's.
    init?(_ item: Item) {
        guard let id = item["Id"]?.stringValue.flatMap({ JobID($0) }) else { return nil }
        self.id = id
        self.item = item
    }

    /// A new row, as `post-session-append` writes it, for a job in state create.
    static func new(_ job: Job, ttl: Int) -> Item {
        var request = job.request
        let input = AttributeValue.holding(job.input)
        if input.isExact, request["Input"] != nil { request["Input"] = .null }
        var item: Item = [
            "Type": .string(type), "Id": .string(job.id.description), "State": .string(JobState.create.rawValue),
            "Create": .string(job.created.description), "SessionId": .string(job.session.description),
            "User": .string(job.user.description), "Input": input.value,
            "Simulation": .string(job.simulation.description), "Application": .string(job.application),
            "TTL": .init(ttl), "Request": .string(JSON.object(request).text()),
        ]
        // What the client did not say is not there.
        for flag in ["Initialize", "Reset"] {
            if let value = job.request[flag]?.boolValue { item[flag] = .bool(value) }
        }
        return item
    }

    var state: JobState { Self.state(of: item) }
    var session: SessionID? { item["SessionId"]?.stringValue.flatMap { SessionID($0) } }
    var hasOutput: Bool { item["output"] != nil }

    /// Where a job stands (cloud-protocol 1.4, `GET /session/{id}`, and 3.5). Read from either form: times beside a
    /// `State` of `create`, as the lambdas write, or the state itself, as they mean to.
    static func state(of item: Item) -> JobState {
        let stored = item["State"]?.stringValue.flatMap { JobState(rawValue: $0) }
        if item["Finished"] != nil {
            // A word that we do not know, such as `warning`, is an end all the same.
            return stored.flatMap { $0.isFinal ? $0 : nil } ?? .error
        }
        if let stored, stored.isFinal || stored == .stop { return stored }
        for state in [JobState.running, .setup, .submit] where item[state.rawValue] != nil || stored == state {
            return state
        }
        return .create
    }

    var snapshot: JobSnapshot { JobSnapshot(state: state, finished: time("Finished")) }

    /// Nil for what is left of a row whose time was over before its job was: a later update makes it anew without the
    /// attributes of the job (cloud-protocol 4).
    func job(for operation: String) throws(StoreError) -> Job? {
        guard let session, let user = item["User"]?.stringValue.flatMap({ try? UserName($0) }),
            let simulation = item["Simulation"]?.stringValue.flatMap({ try? SimulationName($0) }),
            let created = time("Create")
        else { return nil }
        var job = Job(
            id: id, session: session, user: user, request: try request(operation), simulation: simulation,
            application: item["Application"]?.stringValue ?? "foqus", state: state, created: created)
        job.submitted = time("submit")
        job.setUp = time("setup")
        job.started = time("running")
        job.finished = time("Finished")
        job.consumer = item["ConsumerId"]?.stringValue.flatMap { ConsumerID($0) }
        job.message = item["Message"]?.stringValue
        if let output = item["output"] { job.output = try parse(output, "output", operation) }
        return job
    }

    private func time(_ name: String) -> Timestamp? { item[name]?.stringValue.flatMap { Timestamp(iso: $0) } }

    /// What the client sent; of a lambda's row, what it kept of that.
    private func request(_ operation: String) throws(StoreError) -> JSONObject {
        if let text = item["Request"] {
            guard var request = try parse(text, "Request", operation).objectValue else {
                throw unreadable("Request", operation)
            }
            if request["Input"]?.isNull == true, let input = item["Input"] { request["Input"] = input.json }
            return request
        }
        var request: JSONObject = [:]
        for name in ["Simulation", "Input", "Id", "Application", "Initialize", "Reset"] {
            if let value = item[name] { request[name] = value.json }
        }
        return request
    }

    /// Outputs are JSON text; a few writers put the value itself (cloud-protocol 3.7).
    private func parse(_ value: AttributeValue, _ name: String, _ operation: String) throws(StoreError) -> JSON {
        guard let text = value.stringValue else { return value.json }
        do throws(JSONError) {
            return try JSON.parse(text)
        } catch {
            throw unreadable(name, operation)
        }
    }

    private func unreadable(_ name: String, _ operation: String) -> StoreError {
        StoreError(.corrupt, operation, "attribute \(name) of job \(id) is no JSON")
    }

    /// Holds while nobody has moved the job since the row was read.
    var isUnmoved: Condition { .all(Self.standingNames.map { .unchanged($0, in: item) } + [.isThere]) }
}
