import FOQUSModel
import JournalEvents
import Logging
import Stores

/// One round of the outbox: takes the effects of many attempts as far as it can, one call per kind for all of them.
struct Delivery: Sendable {
    private let services: Outbox.Services
    private var lanes: [Lane]
    private(set) var done: Set<Int64> = []
    private(set) var failed: Set<AttemptID> = []
    private(set) var lost: [(Lease, AttemptRecord)] = []
    /// How each kind of call went, in order; nil for well.
    private(set) var notes: [(subject: String, error: StoreError?)] = []

    init(lanes: [Lane], services: Outbox.Services) {
        self.lanes = lanes
        self.services = services
    }

    mutating func run() async {
        await fence()
        var before = -1
        while before != done.count {
            before = done.count
            await publish()
            await release()
            await acknowledge()
        }
    }

    /// An attempt whose message went to another worker must not speak any more: that one tells the job's end.
    private mutating func fence() async {
        let finishing = lanes.filter { $0.isComplete && !$0.pending.isEmpty }.map(\.record.lease)
        guard !finishing.isEmpty else { return }
        do {
            let lost = try await services.leases.lost(among: finishing)
            notes.append(("fence", nil))
            guard !lost.isEmpty else { return }
            for index in lanes.indices where lost.contains(lanes[index].record.lease) {
                self.lost.append((lanes[index].record.lease, lanes[index].record))
                markDone(lanes[index].pending.filter { Lane.kind(of: $0.effect) != .slow }, in: index)
            }
        } catch {
            // The queue is out of reach, so nobody else gets the message either: publishing may go on, and the
            // acknowledgement below fails and is tried again.
            notes.append(("fence", error))
        }
    }

    private mutating func publish() async {
        let batch = collect(.publish)
        guard !batch.isEmpty else { return }
        do {
            try await services.notifier.publish(batch.flatMap(\.effects).compactMap(\.notification))
            settle(batch)
            for topic in Topic.allCases { notes.append((Self.subject(topic), nil)) }
            notes.append(("publish", nil))
        } catch {
            switch error.code {
            // One that no topic takes must not hold up the others.
            case .invalid: for item in batch { await publishOneByOne(item) }
            // What is wrong with one topic is not wrong with the others: they must not get everything again and again.
            case .denied, .missing: for topic in Topic.allCases { await publish(batch, to: topic) }
            default: fail(batch, error, "publish")
            }
        }
    }

    private static func subject(_ topic: Topic) -> String { "publish to \(topic.rawValue)" }

    private mutating func publish(_ batch: [Item], to topic: Topic) async {
        let part = batch.compactMap { item -> Item? in
            let effects = item.effects.filter { $0.notification?.notification.topic == topic }
            return effects.isEmpty ? nil : Item(index: item.index, effects: effects)
        }
        guard !part.isEmpty else { return }
        do {
            try await services.notifier.publish(part.flatMap(\.effects).compactMap(\.notification))
            settle(part)
            notes.append((Self.subject(topic), nil))
        } catch {
            fail(part, error, Self.subject(topic))
        }
    }

    /// Gives up what can never be published, as trying again cannot help and the job's message must not stay for ever.
    private mutating func publishOneByOne(_ item: Item) async {
        for journaled in item.effects {
            guard let outgoing = journaled.notification else { continue }
            do {
                try await services.notifier.publish([outgoing])
            } catch {
                guard error.code == .invalid else { return fail([item], error, "publish") }
                let job = lanes[item.index].record.job?.description ?? "-"
                services.logger.error(
                    "a notification is given up", ["reason": error, "notification": outgoing.id, "job": job],
                    event: JournalEvent.fileGivenUp)
            }
            markDone([journaled], in: item.index)
        }
    }

    private mutating func acknowledge() async {
        let batch = collect(.acknowledge)
        guard !batch.isEmpty else { return }
        let leases = batch.map { lanes[$0.index].record.lease }
        do {
            _ = try await services.queue.acknowledge(leases)
            await services.leases.forget(leases)
            settle(batch)
            notes.append(("acknowledge", nil))
        } catch {
            fail(batch, error, "acknowledge")
        }
    }

    private mutating func release() async {
        for item in collect(.release) {
            guard case .release(let lease, let delay, let counts) = item.effects.first?.effect else { continue }
            await services.leases.forget([lease])
            do {
                _ = try await services.queue.release([lease], delay: delay, countsAsAttempt: counts)
                settle([item])
                notes.append(("release", nil))
            } catch {
                fail([item], error, "release")
            }
        }
    }

    private struct Item {
        let index: Int
        let effects: [JournaledEffect]
    }

    private func collect(_ kind: Lane.Kind) -> [Item] {
        lanes.indices.compactMap { index in
            guard !failed.contains(lanes[index].record.id) else { return nil }
            let effects = lanes[index].leading(kind)
            return effects.isEmpty ? nil : Item(index: index, effects: Array(effects))
        }
    }

    private mutating func settle(_ items: [Item]) {
        for item in items { markDone(item.effects, in: item.index) }
    }

    private mutating func markDone(_ effects: [JournaledEffect], in index: Int) {
        let sequences = Set(effects.map(\.sequence))
        done.formUnion(sequences)
        lanes[index].pending.removeAll { sequences.contains($0.sequence) }
    }

    private mutating func fail(_ items: [Item], _ error: StoreError, _ subject: String) {
        notes.append((subject, error))
        for item in items { failed.insert(lanes[item.index].record.id) }
    }
}

extension JournaledEffect {
    /// Nil when it is no publication.
    fileprivate var notification: OutgoingNotification? {
        if case .publish(let outgoing) = effect { outgoing } else { nil }
    }
}

/// The slow effects at the head of one attempt's: uploads, removals, waiting for the output to show.
struct SlowDelivery: Sendable {
    let lane: Lane
    /// False when another worker has the job: its files must not be replaced by these.
    let mayUpload: Bool
    let services: Outbox.Services

    /// What was done, and the failure that stopped it.
    func run() async -> (done: Set<Int64>, error: StoreError?) {
        var done: Set<Int64> = []
        for journaled in lane.leading(.slow) {
            do throws(StoreError) {
                switch journaled.effect {
                case .upload(let path, let key) where mayUpload:
                    _ = try await services.objects.put(file: path, to: key, in: .sessions, if: .always)
                case .upload: break
                case .removeDirectory(let path): try await services.workspace.remove(path: path)
                case .awaitOutput(let job, let output) where mayUpload:
                    await services.outputs?.wait(for: output, of: job)
                case .awaitOutput: break
                case .publish, .acknowledge, .release: preconditionFailure("not a slow effect")
                }
            } catch {
                switch await standing(of: journaled.effect) {
                // A life before this one did it, removed the folder, and was killed before it could note that.
                case .done:
                    done.insert(journaled.sequence)
                    continue
                case .possible where error.isTransient || error.isWaitedFor: return (done, error)
                case .possible, .impossible: break
                }
                // Trying again cannot help, and the job's result must not wait for ever behind one file.
                services.logger.error(
                    "a file of the job is given up",
                    lane.facts.merging(["reason": error]), event: JournalEvent.fileGivenUp)
            }
            done.insert(journaled.sequence)
        }
        return (done, nil)
    }

    private enum Standing { case done, possible, impossible }

    /// What can still be made of an upload that failed.
    private func standing(of effect: Effect) async -> Standing {
        guard case .upload(let path, _) = effect, await !services.workspace.holds(path: path) else { return .possible }
        guard let directory = lane.record.directory else { return .impossible }
        return await services.workspace.holds(path: directory) ? .impossible : .done
    }
}
