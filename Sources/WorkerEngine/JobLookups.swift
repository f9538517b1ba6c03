import FOQUSModel
import Stores

/// What the stores say of the jobs that came with one poll. Asked once for all of them: short jobs of one session
/// come many at a time, and each call costs more than what it asks.
struct JobLookups: Sendable {
    private struct Place: Sendable, Hashable {
        let user: UserName
        let simulation: SimulationName
    }

    private let listings: [Place: Result<SimulationListing, StoreError>]
    private let snapshots: [JobID: Result<JobSnapshot?, StoreError>]

    init(of messages: [AdmittedMessage], in workspace: any Workspace, _ jobs: any JobTable) async {
        async let snapshots = Self.snapshots(of: messages.map(\.job), in: jobs)
        let places = Set(messages.map { Place(user: $0.user, simulation: $0.simulation) })
        var listings: [Place: Result<SimulationListing, StoreError>] = [:]
        for place in places {
            do throws(StoreError) {
                listings[place] = .success(try await workspace.listing(of: place.simulation, user: place.user))
            } catch {
                listings[place] = .failure(error)
            }
        }
        self.listings = listings
        self.snapshots = await snapshots
    }

    private static func snapshots(
        of ids: [JobID], in jobs: any JobTable
    ) async -> [JobID: Result<JobSnapshot?, StoreError>] {
        var answers: [JobID: Result<JobSnapshot?, StoreError>] = [:]
        do throws(StoreError) {
            let found = try await jobs.snapshots(of: ids)
            for id in ids { answers[id] = .success(found[id]) }
        } catch {
            // One record that cannot be read must not hold up the others.
            let isHopeless = ids.count <= 1 || error.isTransient
            for id in ids {
                answers.merge(isHopeless ? [id: .failure(error)] : await snapshots(of: [id], in: jobs)) { $1 }
            }
        }
        return answers
    }

    /// The files of the message's simulation.
    func listing(for message: AdmittedMessage) throws(StoreError) -> SimulationListing {
        guard let found = listings[Place(user: message.user, simulation: message.simulation)] else {
            preconditionFailure("not a message of this poll")
        }
        return try found.get()
    }

    /// Nil when the table does not know the job.
    func snapshot(for message: AdmittedMessage) throws(StoreError) -> JobSnapshot? {
        guard let found = snapshots[message.job] else { preconditionFailure("not a message of this poll") }
        return try found.get()
    }
}
