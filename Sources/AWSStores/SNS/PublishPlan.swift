import FOQUSModel
import JSONKit
import Stores

/// Which notifications travel together. Those of one attempt, or of one job, keep their order, so each must be accepted
/// before the next one leaves: a standard topic promises no order within a batch. Those of different jobs go together.
enum PublishPlan {
    /// The notifications of one topic in rounds: all of a round may travel together, after those of the round before.
    static func rounds(_ notifications: [OutgoingNotification]) -> [[OutgoingNotification]] {
        var rounds: [[OutgoingNotification]] = []
        var next: [String: Int] = [:]
        for outgoing in notifications {
            let lanes = [
                "attempt " + attempt(of: outgoing.id), "job " + (subject(of: outgoing.notification) ?? outgoing.id),
            ]
            let round = lanes.compactMap { next[$0] }.max() ?? 0
            if round == rounds.count { rounds.append([]) }
            rounds[round].append(outgoing)
            for lane in lanes { next[lane] = round + 1 }
        }
        return rounds
    }

    /// `ATTEMPT` of `ATTEMPT/3`.
    private static func attempt(of id: String) -> String {
        id.lastIndex(of: "/").map { String(id[..<$0]) } ?? id
    }

    /// The job that a notification is about, or the consumer.
    static func subject(of notification: Notification) -> String? {
        let object = notification.body[0] ?? notification.body
        for name in ["jobid", "job", "consumer"] {
            if let text = object[name]?.stringValue, !text.isEmpty { return text }
        }
        return nil
    }
}
