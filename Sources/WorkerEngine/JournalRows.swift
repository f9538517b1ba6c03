import FOQUSModel
import JSONKit
import SQLiteKit
import Stores
import Threading

/// One row of the journal: effects of one attempt that follow each other and are forgotten together.
struct JournalRow: Sendable {
    let number: Int
    let attempt: AttemptID
    /// Of the first of its effects; the others have the numbers after it.
    let sequence: Int
    /// A JSON array. A single object in a row that version 1 wrote.
    let effects: String
    /// Whether the attempt was over when it was written.
    let isComplete: Bool
    /// In an attempt's first row.
    let record: AttemptRecord?
}

extension JournalRow {
    init(_ row: Row) throws(UnreadableJournal) {
        guard let attempt = AttemptID(row.text(1)) else { throw UnreadableJournal(what: "attempt \(row.text(1))") }
        var record: AttemptRecord?
        if let message = row.optionalText(6) {
            record = AttemptRecord(
                id: attempt, job: row.optionalText(5).flatMap { JobID($0) },
                lease: Lease(message: message, receipt: row.optionalText(7) ?? ""), directory: row.optionalText(8))
        }
        self.init(
            number: row.int(0), attempt: attempt, sequence: row.int(2), effects: row.text(3), isComplete: row.bool(4),
            record: record)
    }

    func parsed() throws(UnreadableJournal) -> [JournaledEffect] {
        guard let json = try? JSON.parse(Array(effects.utf8)) else { throw UnreadableJournal(what: "entry \(number)") }
        var parsed: [JournaledEffect] = []
        for value in json.arrayValue ?? [json] {
            guard let effect = Effect(value) else { throw UnreadableJournal(what: "entry \(number)") }
            parsed.append(JournaledEffect(sequence: Int64(sequence + parsed.count), effect: effect))
        }
        return parsed
    }
}

/// A row that this version never wrote.
struct UnreadableJournal: Error, CustomStringConvertible {
    let what: String
    var description: String { "\(what) cannot be understood; was it written by a newer version?" }
}

/// Which rows of the journal belong to which attempt, so that they are found again by their numbers.
final class JournalRows: Sendable {
    private struct Place: Sendable {
        let number: Int
        let sequence: Int
    }

    private struct State {
        var places: [AttemptID: [Place]] = [:]
        var next = 1
    }

    private let state = Locked(State())

    /// The rows for effects of an attempt. An effect on a file has one of its own, as it is noted when it is done;
    /// the others share one, since each row costs.
    ///
    /// - Parameters:
    ///   - record: of an attempt that begins.
    ///   - ends: the attempt is over. A row of a file, which goes before the others, does not say so.
    func draft(
        _ effects: [JournaledEffect], record: AttemptRecord? = nil, of attempt: AttemptID, ends: Bool
    ) -> [JournalRow] {
        var groups: [ArraySlice<JournaledEffect>] = []
        var rest = effects[...]
        while let first = rest.first {
            let group = first.isOnFile ? rest.prefix(1) : rest.prefix { !$0.isOnFile }
            rest = rest.dropFirst(group.count)
            groups.append(group)
        }
        if record != nil, groups.first?.first?.isOnFile ?? true { groups.insert([], at: 0) }
        if ends, groups.last?.first?.isOnFile ?? groups.isEmpty { groups.append([]) }
        let first = state.withLock { state in
            defer { state.next += groups.count }
            return state.next
        }
        return groups.enumerated().map { index, group in
            JournalRow(
                number: first + index, attempt: attempt, sequence: Int(group.first?.sequence ?? 0),
                effects: JSON.array(group.map { $0.effect.json }).text(), isComplete: ends && index == groups.count - 1,
                record: index == 0 ? record : nil)
        }
    }

    /// Numbers below `number` are taken.
    func skip(to number: Int) { state.withLock { $0.next = max($0.next, number) } }

    /// These rows are written.
    func add(_ rows: [JournalRow]) {
        state.withLock { state in
            for row in rows {
                state.places[row.attempt, default: []].append(Place(number: row.number, sequence: row.sequence))
            }
        }
    }

    /// The rows that are done with: those of effects on files, and all of finished attempts.
    func numbers(files: [AttemptID: [Int64]], finished: [AttemptID]) -> [Int] {
        state.withLock { state in
            var numbers: [Int] = []
            for (attempt, sequences) in files {
                let places = state.places[attempt] ?? []
                numbers += places.filter { sequences.contains(Int64($0.sequence)) }.map(\.number)
            }
            for attempt in finished { numbers += (state.places[attempt] ?? []).map(\.number) }
            return numbers
        }
    }

    func forget(files: [AttemptID: [Int64]], finished: [AttemptID]) {
        state.withLock { state in
            for (attempt, sequences) in files {
                state.places[attempt]?.removeAll { sequences.contains(Int64($0.sequence)) }
            }
            for attempt in finished { state.places[attempt] = nil }
        }
    }

    /// Takes in the rows of an earlier life, in order. Returns their attempts in the order in which they began.
    func load(_ rows: [JournalRow]) throws(UnreadableJournal) -> [UnfinishedAttempt] {
        var order: [AttemptID] = []
        var attempts: [AttemptID: (record: AttemptRecord, isComplete: Bool, effects: [JournaledEffect])] = [:]
        for row in rows {
            if let record = row.record {
                order.append(row.attempt)
                attempts[row.attempt] = (record, false, [])
            }
            guard attempts[row.attempt] != nil else { throw UnreadableJournal(what: "entry \(row.number)") }
            attempts[row.attempt]?.effects += try row.parsed()
            if row.isComplete { attempts[row.attempt]?.isComplete = true }
        }
        state.withLock { $0.places = [:] }
        add(rows)
        return order.compactMap { id in
            attempts[id].map {
                UnfinishedAttempt(record: $0.record, isComplete: $0.isComplete, effects: $0.effects)
            }
        }
    }
}

extension JournaledEffect {
    fileprivate var isOnFile: Bool { Lane.kind(of: effect) == .slow }
}
