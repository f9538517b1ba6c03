import CryptoTools
import FOQUSModel
import Stores
import TestSupport
import Testing
import Threading

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct PasswordCheckerTests {
    private static func checker(_ time: SteppedTime, limits: GatewayLimits = GatewayLimits()) -> PasswordChecker {
        PasswordChecker(
            time: time, random: SystemRandom(), pool: BlockingPool(name: "test", limit: 2), limits: limits)
    }

    @Test func onlyTheRightPasswordIsRight() async throws {
        let checker = Self.checker(SteppedTime())
        let hash = TestHash.of("secret")
        #expect(try await checker.check("secret", against: hash))
        for wrong in ["", "Secret", "secret ", "secre", "secret\u{0}"] {
            #expect(try await !checker.check(wrong, against: hash))
        }
        #expect(try await !checker.check("secret", against: nil))
    }

    @Test func aRightPasswordIsRememberedForAWhile() async throws {
        let time = SteppedTime()
        let checker = Self.checker(time)
        let hash = TestHash.of("secret")
        for _ in 0..<3 { #expect(try await checker.check("secret", against: hash)) }
        #expect(await checker.verifications == 1)
        time.advance(by: .seconds(301))
        #expect(try await checker.check("secret", against: hash))
        #expect(await checker.verifications == 2)
    }

    @Test func aWrongPasswordIsNotRemembered() async throws {
        let checker = Self.checker(SteppedTime())
        let hash = TestHash.of("secret")
        for _ in 0..<2 { #expect(try await !checker.check("guess", against: hash)) }
        #expect(await checker.verifications == 2)
    }

    @Test func anotherHashIsAnotherQuestion() async throws {
        let checker = Self.checker(SteppedTime())
        #expect(try await checker.check("secret", against: TestHash.of("secret")))
        #expect(try await !checker.check("secret", against: TestHash.of("other")))
        #expect(try await checker.check("secret", against: TestHash.of("secret")))
        #expect(await checker.verifications == 3)
    }

    @Test func theSameQuestionAtTheSameTimeIsAskedOnce() async throws {
        let checker = Self.checker(SteppedTime())
        let hash = try PasswordHash.make("secret").text
        let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { try await checker.check("secret", against: hash) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0 } && answers.count == 50)
        #expect(await checker.verifications < 5)
    }

    @Test func tooManyQuestionsAreRefused() async throws {
        let checker = Self.checker(SteppedTime(), limits: GatewayLimits(waitingSignIns: 1))
        let hash = try PasswordHash.make("secret").text
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<6 {
                group.addTask {
                    do {
                        _ = try await checker.check("guess \(number)", against: hash)
                        return true
                    } catch {
                        return (error as? Refusal)?.status != 503
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.contains(false))
        #expect(outcomes.contains(true))
    }
}

/// A clock that moves when it is told to.
private final class SteppedTime: TimeSource {
    private let offset = Locked(Duration.zero)

    func advance(by duration: Duration) { offset.withLock { $0 += duration } }
    func now() -> Timestamp { Harness.moment + offset.withLock { $0 } }
    func instant() -> Instant { Instant(nanoseconds: 1) + offset.withLock { $0 } }
    func sleep(for duration: Duration) async throws { throw CancellationError() }
}
