import FOQUSModel
import Stores

/// What the changes say of consumers: one write for each.
struct ConsumerNotes {
    struct Note {
        var running: Timestamp
        var attributes: [String: AttributeValue] = [:]
    }

    private(set) var notes: [ConsumerID: Note] = [:]

    init(_ changes: [JobChange]) {
        for change in changes {
            guard case .consumer(let id, let instance, let time) = change.kind else { continue }
            add(id, time, instance.map { ["instance": .string($0)] } ?? [:])
        }
    }

    mutating func note(_ job: MovedJob) {
        for voice in job.voices {
            var attributes: [String: AttributeValue] = [
                "State": .string(voice.state.rawValue), "Job": .string(job.row.id.description),
            ]
            if let session = job.row.session { attributes["Session"] = .string(session.description) }
            if let user = job.row.item["User"] { attributes["User"] = user }
            add(voice.consumer, voice.time, attributes)
        }
    }

    private mutating func add(_ id: ConsumerID, _ time: Timestamp, _ attributes: [String: AttributeValue]) {
        var note = notes[id] ?? Note(running: time)
        // The latest word counts.
        note.attributes.merge(attributes) { time >= note.running ? $1 : $0 }
        note.running = max(note.running, time)
        notes[id] = note
    }
}
