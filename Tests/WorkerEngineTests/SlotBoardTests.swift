import FOQUSModel
import Stores
import TestSupport
import Testing
import Threading

@testable import WorkerEngine

/// Who gets a slot, who waits, and how many are fetched ahead.
@Suite(.timeLimit(.minutes(1))) struct SlotBoardTests {
    private let time = ManualTime()
    private let job: JobID = SystemRandom().identifier()

    private func board(slots: Int = 2, fetchAhead: Duration = .milliseconds(250)) -> SlotBoard {
        SlotBoard(slots: slots, fetchAhead: fetchAhead, time: time)
    }

    private func arrive(_ count: Int, at board: SlotBoard, mayGoBack: Bool = true) async -> [AttemptID] {
        let attempts = (0..<count).map { _ in SystemRandom().identifier() as AttemptID }
        await board.occupy(attempts.map { ($0, mayGoBack) })
        return attempts
    }

    /// Runs jobs one after the other, so that the board knows how long they take.
    private func run(_ count: Int, for duration: Duration, at board: SlotBoard) async {
        for attempt in await arrive(count, at: board) {
            #expect(await board.waitForSlot(attempt, job: job))
            time.advance(by: duration)
            await board.vacate(attempt)
        }
    }

    @Test func nothingIsFetchedAheadBeforeTheFirstRun() async {
        let board = board()
        #expect(await board.waitForRoom() == 2)
        let attempts = await arrive(1, at: board)
        #expect(await board.waitForRoom() == 1)
        await board.vacate(attempts[0])
    }

    @Test(arguments: [(5, 60), (10, 50), (100, 5), (250, 2), (400, 1), (501, 0), (60_000, 0)])
    func asManyAsTheSlotsTakeOnInTime(milliseconds: Int, ahead: Int) async {
        var pace = JobPace(slots: 2, fetchAhead: .milliseconds(250))
        for _ in 0..<50 { pace.add(.milliseconds(milliseconds)) }
        #expect(pace.ahead(runningSince: [], now: time.instant()) == ahead)
    }

    @Test func aRunLongerThanUsualCountsAtOnce() {
        var pace = JobPace(slots: 2, fetchAhead: .milliseconds(250))
        pace.add(.milliseconds(10))
        let now = time.instant()
        #expect(pace.ahead(runningSince: [now, now], now: now) == 50)
        #expect(pace.ahead(runningSince: [now, now], now: now + .seconds(1)) == 0)
    }

    @Test func zeroFetchesNothingAhead() async {
        let board = board(fetchAhead: .zero)
        await run(5, for: .milliseconds(1), at: board)
        _ = await arrive(1, at: board)
        #expect(await board.waitForRoom() == 1)
    }

    @Test func anIdleBoardAsksForItsSlotsOnly() async {
        let board = board()
        await run(5, for: .milliseconds(1), at: board)
        #expect(await board.waitForRoom() == 2)
        _ = await arrive(1, at: board)
        #expect(await board.waitForRoom() == 60)
    }

    @Test func slotsAreGivenInTheOrderOfWaiting() async throws {
        let board = board(slots: 1)
        let attempts = await arrive(3, at: board)
        #expect(await board.waitForSlot(attempts[0], job: job))
        let order = Locked<[AttemptID]>([])
        try await withThrowingTaskGroup { group in
            for (number, attempt) in attempts.enumerated().dropFirst() {
                group.addTask {
                    guard await board.waitForSlot(attempt, job: job) else { return }
                    order.withLock { $0.append(attempt) }
                    await board.vacate(attempt)
                }
                try await eventually { await board.waiting == number }
            }
            #expect(await board.running == 1)
            await board.vacate(attempts[0])
            try await group.waitForAll()
        }
        #expect(order.withLock { $0 } == Array(attempts.dropFirst()))
        #expect(await board.occupied == 0)
    }

    @Test func whatWaitsTooLongGoesBackOnce() async throws {
        let board = board(slots: 1)
        let runs = await arrive(1, at: board)
        #expect(await board.waitForSlot(runs[0], job: job))
        let fresh = await arrive(1, at: board)
        let returned = await arrive(1, at: board, mayGoBack: false)
        async let hasFreshSlot = board.waitForSlot(fresh[0], job: job)
        async let hasReturnedSlot = board.waitForSlot(returned[0], job: job)
        try await eventually { await board.waiting == 2 }
        time.advance(by: .seconds(2))
        await board.cancelWaiting(longerThan: .seconds(2))
        #expect(await board.waiting == 2)
        time.advance(by: .milliseconds(1))
        await board.cancelWaiting(longerThan: .seconds(2))
        #expect(await hasFreshSlot == false)
        #expect(await board.reason(for: fresh[0]) == .crowded)
        await board.vacate(runs[0])
        #expect(await hasReturnedSlot)
    }

    @Test func aDrainSendsBackWhatWaitsAndLetsTheRestEnd() async throws {
        let board = board(slots: 1)
        let attempts = await arrive(3, at: board)
        #expect(await board.waitForSlot(attempts[0], job: job))
        async let isLucky = board.waitForSlot(attempts[1], job: job)
        try await eventually { await board.waiting == 1 }
        await board.close()
        #expect(await isLucky == false)
        #expect(await board.reason(for: attempts[1]) == .drained)
        #expect(await board.reason(for: attempts[0]) == nil)
        // Was still being looked up.
        #expect(await board.waitForSlot(attempts[2], job: job) == false)
        #expect(await board.reason(for: attempts[2]) == .drained)
        #expect(await board.waitForRoom() == 0)
    }
}
