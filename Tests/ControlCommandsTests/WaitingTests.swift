import FOQUSModel
import JSONKit
import Testing

@testable import ControlCommands

@Suite(.timeLimit(.minutes(1))) struct WaitingTests {
    private func session(_ gateway: FakeGateway, jobs: Int) async throws -> SessionID {
        let session = try await gateway.createSession()
        _ = try await gateway.append(Array(repeating: ["Input": [:]], count: jobs), to: session)
        _ = try await gateway.start(session)
        return session
    }

    private func wait(
        _ gateway: FakeGateway, _ session: SessionID, time: SkippingTime = SkippingTime(), timeout: Duration? = nil,
        lost: (ControlError) -> Void = { _ in }
    ) async throws(ControlError) -> SessionSummary {
        try await SessionWaiter(gateway: gateway, time: time).wait(
            for: session, timeout: timeout, observe: { _ in }, lost: lost)
    }

    @Test func theIntervalGrowsWhileNothingChangesAndShrinksAfterAChange() {
        var interval = PollInterval()
        var waits: [Duration] = []
        for _ in 0..<12 { waits.append(interval.next(changed: false)) }
        #expect(waits.first == .milliseconds(100))
        #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 < $1 || $1 == .seconds(2) })
        #expect(waits.last == .seconds(2))
        #expect(interval.next(changed: true) == .milliseconds(100))
    }

    @Test func killedAndExpiredJobsAreFinished() async throws {
        let gateway = FakeGateway(.init(stuck: [0, 1]))
        let session = try await session(gateway, jobs: 2)
        try await gateway.kill(session)
        #expect(try await wait(gateway, session).killed == 2)
        #expect(SessionSummary(counts: [.expired: 1, .invalid: 1, .error: 1]).isAtRest)
    }

    @Test func jobsThatWereNeverStartedAreNotWaitedFor() async throws {
        let gateway = FakeGateway()
        let session = try await gateway.createSession()
        _ = try await gateway.append([["Input": [:]]], to: session)
        #expect(try await wait(gateway, session).unstarted == 1)
    }

    @Test func aGatewayThatRestartsIsWaitedFor() async throws {
        let down = ControlError(.unreachable, "down")
        let gateway = FakeGateway(.init(jobsPerStep: 1, errors: ["summary": [down, down, down]]))
        let session = try await session(gateway, jobs: 2)
        var losses = 0
        #expect(try await wait(gateway, session, lost: { _ in losses += 1 }).succeeded == 2)
        #expect(losses == 1)
    }

    @Test func aGatewayThatStaysAwayIsGivenUp() async throws {
        let down = ControlError(.unreachable, "down")
        let gateway = FakeGateway(.init(errors: ["summary": Array(repeating: down, count: 1000)]))
        let session = try await session(gateway, jobs: 1)
        let time = SkippingTime()
        await #expect(throws: down) { try await wait(gateway, session, time: time) }
        #expect(time.sleeps.reduce(.zero, +) >= .seconds(60))
        #expect(time.sleeps.reduce(.zero, +) < .seconds(63))
    }

    @Test func aRefusalIsNotTriedAgain() async throws {
        let gateway = FakeGateway()
        let time = SkippingTime()
        await #expect(throws: ControlError.self) {
            try await wait(gateway, SessionID(UUIDText(random: Array(repeating: 9, count: 16))), time: time)
        }
        #expect(time.sleeps.isEmpty)
    }

    @Test func theTimeoutEndsTheWaiting() async throws {
        let gateway = FakeGateway(.init(stuck: [0]))
        let session = try await session(gateway, jobs: 1)
        let time = SkippingTime()
        let expected = ControlError(.timeout, "session \(session) is not finished after 0:30; it goes on running.")
        await #expect(throws: expected) {
            try await wait(gateway, session, time: time, timeout: .seconds(30))
        }
        #expect(time.sleeps.reduce(.zero, +) < .seconds(33))
    }
}
