import FOQUSModel
import JSONKit

/// The finished records of a session in the order its jobs were appended.
///
/// Records are kept as compact JSON text, a tenth of what their values take in memory, and read one at a time.
struct ResultSet: Sendable {
    private var positions: [JobID: Int]
    private var texts: [[UInt8]?]
    private(set) var summary = SessionSummary(counts: [:])

    /// - Parameter order: the session's jobs as they were appended. Records of others are kept behind them.
    init(order: [JobID]) {
        positions = Dictionary(zip(order, order.indices), uniquingKeysWith: { first, _ in first })
        texts = Array(repeating: nil, count: order.count)
    }

    /// Takes a record; of two records of a job the first counts, as a final state is final.
    ///
    /// Throws when it is not the record of a finished job.
    mutating func add(_ record: JSON) throws(ControlError) {
        guard let id = record["Id"]?.stringValue.flatMap({ JobID($0) }),
            let state = record["State"]?.stringValue.flatMap({ JobState(rawValue: $0) })
        else {
            throw ControlError(
                .refused, "the gateway sent a result without Id and State: \(record.description.prefix(120))")
        }
        let position = positions[id] ?? texts.count
        if position == texts.count {
            positions[id] = position
            texts.append(nil)
        }
        guard texts[position] == nil else { return }
        texts[position] = record.serialized()
        summary.counts[state, default: 0] += 1
    }

    var isEmpty: Bool { summary.total == 0 }

    /// The records in order, each with the number of its job from 1; jobs without a record are passed over.
    var numbered: some Sequence<(number: Int, record: ResultRecord)> {
        texts.lazy.enumerated().compactMap { index, text in
            guard let text, let json = try? JSON.parse(text) else { return nil }
            return (index + 1, ResultRecord(json))
        }
    }

    /// A JSON array with one record a line.
    func jsonText() -> [UInt8] {
        var bytes = [UInt8(ascii: "[")]
        var separator = "\n".utf8
        for case let text? in texts {
            bytes.append(contentsOf: separator)
            bytes.append(contentsOf: text)
            separator = ",\n".utf8
        }
        bytes.append(contentsOf: "\n]\n".utf8)
        return bytes
    }
}
