/// The one table of legal moves of a job, drawn in docs/state_machine.md and tested row by row.
///
/// Upstream accepts success → error, success → terminate and terminate → success
/// (cloud-protocol 3.1); here a final state is final.
public enum JobStateMachine {
    /// One legal move.
    public struct Row: Sendable, Hashable {
        public let from: JobState
        public let to: JobState
        /// What makes the job move.
        public let cause: String
    }

    public static let table: [Row] = [
        Row(from: .create, to: .submit, cause: "session start"),
        Row(from: .create, to: .terminate, cause: "session kill"),
        Row(from: .create, to: .expired, cause: "record outlived its time"),
        Row(from: .submit, to: .setup, cause: "a worker leased it"),
        Row(from: .submit, to: .running, cause: "a worker runs it, the setup notice is late"),
        Row(from: .submit, to: .success, cause: "finished, earlier notices are late"),
        Row(from: .submit, to: .error, cause: "refused at verification, or dead letter"),
        Row(from: .submit, to: .invalid, cause: "message not understood"),
        Row(from: .submit, to: .expired, cause: "record outlived its time"),
        Row(from: .submit, to: .stop, cause: "session stop"),
        Row(from: .submit, to: .terminate, cause: "session kill"),
        Row(from: .stop, to: .submit, cause: "session start"),
        Row(from: .stop, to: .terminate, cause: "session kill"),
        Row(from: .setup, to: .running, cause: "inputs staged, simulation started"),
        Row(from: .setup, to: .success, cause: "finished, the running notice is late"),
        Row(from: .setup, to: .error, cause: "staging or set-up failed, or dead letter"),
        Row(from: .setup, to: .terminate, cause: "session kill"),
        Row(from: .running, to: .setup, cause: "another attempt: a worker was lost or drained"),
        Row(from: .running, to: .success, cause: "simulation finished"),
        Row(from: .running, to: .error, cause: "simulation failed, timed out, or dead letter"),
        Row(from: .running, to: .terminate, cause: "session kill"),
    ]

    /// What becomes of a wish to move.
    public enum Verdict: Sendable, Hashable {
        /// Legal: the job moves.
        case move
        /// The job is there already: a repeated notice, without effect.
        case repeated
        /// Illegal: refused, without effect.
        case refused
    }

    public static func verdict(from: JobState, to: JobState) -> Verdict {
        if from == to { return .repeated }
        return legal.contains(Move(from: from, to: to)) ? .move : .refused
    }

    private struct Move: Hashable {
        let from: JobState
        let to: JobState
    }

    private static let legal = Set(table.map { Move(from: $0.from, to: $0.to) })
}
