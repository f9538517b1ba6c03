import FOQUSModel
import FileKit
import Testing

@Suite struct StateMachineTests {
    @Test(arguments: JobStateMachine.table)
    func everyRowMoves(row: JobStateMachine.Row) {
        #expect(JobStateMachine.verdict(from: row.from, to: row.to) == .move)
    }

    @Test(arguments: JobState.allCases, JobState.allCases)
    func whatIsNotInTheTableIsRefused(from: JobState, to: JobState) {
        let isLegal = JobStateMachine.table.contains { $0.from == from && $0.to == to }
        let expected: JobStateMachine.Verdict = from == to ? .repeated : isLegal ? .move : .refused
        #expect(JobStateMachine.verdict(from: from, to: to) == expected)
    }

    @Test(arguments: JobState.allCases.filter(\.isFinal))
    func nothingFollowsAFinalState(state: JobState) {
        #expect(!JobStateMachine.table.contains { $0.from == state })
    }

    @Test func everyRowIsThereOnce() {
        let moves = JobStateMachine.table.map { "\($0.from)>\($0.to)" }
        #expect(Set(moves).count == moves.count)
    }

    @Test func everyStateCanBeReachedAndLeft() {
        for state in JobState.allCases {
            #expect(state == .create || JobStateMachine.table.contains { $0.to == state }, "\(state)")
            #expect(state.isFinal || JobStateMachine.table.contains { $0.from == state }, "\(state)")
        }
    }

    @Test func theDocumentSaysTheSame() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = String(decoding: try File.read("/\(root)/docs/state_machine.md"), as: UTF8.self)
        let documented = text.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst().map { line in
            line.split(separator: "|").map { $0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed() }
                .map { String($0) }
        }
        #expect(documented == JobStateMachine.table.map { [$0.from.rawValue, $0.to.rawValue, $0.cause] })
    }
}
