import FOQUSModel
import Logging
import Stores
import TestSupport
import Testing
import Threading

@testable import AWSClient

/// Credentials that end, of a source that the test holds in its hand.
@Suite(.timeLimit(.minutes(2))) struct RefreshTests {
    /// Gives a new key at each call, for an hour, unless it is told otherwise.
    private final class Source: CredentialSource {
        struct State {
            var calls = 0
            var error: AWSError?
            var lifetime: Duration? = .seconds(3600)
            /// Callers wait here while there is a gate.
            var gate: AsyncStream<Never>?
        }

        let state = Locked(State())
        let time: ManualTime
        let staleAllowance: Duration

        init(_ time: ManualTime, staleAllowance: Duration = .zero) {
            self.time = time
            self.staleAllowance = staleAllowance
        }

        var name: String { "test" }
        var calls: Int { state.withLock { $0.calls } }

        func find() async throws(AWSError) -> CredentialFinding {
            let now = state.withLock { state in
                state.calls += 1
                return state
            }
            if let gate = now.gate { for await _ in gate {} }
            if let error = now.error { throw error }
            return .found(
                AWSCredentials(
                    accessKeyID: "KEY\(now.calls)", secretAccessKey: "hunter2", sessionToken: "hunter3",
                    expiration: now.lifetime.map { time.now() + $0 }, source: "test"))
        }

        func fail() { state.withLock { $0.error = .credentialSourceAway("the source is away") } }
        func recover() { state.withLock { $0.error = nil } }
    }

    private let time = ManualTime()
    private let sink = RecordingSink()

    private func provider(_ source: Source) -> RefreshingCredentials {
        RefreshingCredentials(
            CredentialChain([source]), time: time, random: FixedRandom(chance: 0.5),
            log: Logger(label: "aws", level: .debug, sink: sink))
    }

    private var warnings: [String] { sink.entries.filter { $0.level == .warning }.map(\.message) }

    private func keyID(_ provider: RefreshingCredentials) async throws -> String {
        try await provider.credentials().accessKeyID
    }

    @Test func manyCallersShareOneCall() async throws {
        let source = Source(time)
        let (gate, opener) = AsyncStream<Never>.makeStream()
        source.state.withLock { $0.gate = gate }
        let provider = provider(source)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await keyID(provider) } }
            try await eventually("the source is asked") { source.calls == 1 }
            opener.finish()
            for try await key in group { #expect(key == "KEY1") }
        }
        #expect(source.calls == 1)
    }

    @Test func whoeverIsCancelledWaitsNoLonger() async throws {
        let source = Source(time)
        let (gate, opener) = AsyncStream<Never>.makeStream()
        source.state.withLock { $0.gate = gate }
        let provider = provider(source)
        let impatient = Task { try await keyID(provider) }
        let patient = Task { try await keyID(provider) }
        try await eventually("the source is asked") { source.calls == 1 }
        impatient.cancel()
        let error = await #expect(throws: AWSError.self) { try await impatient.value }
        #expect(error?.kind == .cancelled)
        opener.finish()
        #expect(try await patient.value == "KEY1")
    }

    @Test func theyAreKeptUntilTheirEndIsNear() async throws {
        let source = Source(time)
        let provider = provider(source)
        #expect(try await keyID(provider) == "KEY1")
        time.advance(by: .seconds(2699))
        #expect(try await keyID(provider) == "KEY1")
        #expect(source.calls == 1)
        // From a quarter of an hour ahead in the background,
        time.advance(by: .seconds(2))
        #expect(try await keyID(provider) == "KEY1")
        try await eventually("they are renewed") { try await keyID(provider) == "KEY2" }
        #expect(source.calls == 2)
        // and from ten minutes ahead while the caller waits.
        time.advance(by: .seconds(3001))
        #expect(try await keyID(provider) == "KEY3")
        #expect(source.calls == 3)
        #expect(warnings.isEmpty)
    }

    @Test func thoseWithoutEndAreKept() async throws {
        let source = Source(time)
        source.state.withLock { $0.lifetime = nil }
        let provider = provider(source)
        _ = try await keyID(provider)
        time.advance(by: .seconds(1_000_000))
        #expect(try await keyID(provider) == "KEY1")
        #expect(source.calls == 1)
    }

    @Test func whileTheSourceIsAwayTheOldOnesAreUsedToTheirEnd() async throws {
        let source = Source(time)
        let provider = provider(source)
        _ = try await keyID(provider)
        source.fail()
        time.advance(by: .seconds(3100))
        #expect(try await keyID(provider) == "KEY1")
        #expect(source.calls == 2)
        // Not asked again with every call, but after a minute and a half.
        for _ in 0..<10 { #expect(try await keyID(provider) == "KEY1") }
        #expect(source.calls == 2)
        time.advance(by: .seconds(91))
        #expect(try await keyID(provider) == "KEY1")
        #expect(source.calls == 3)
        #expect(warnings == ["AWS credentials cannot be renewed yet; the old ones hold on"])
        // This source allows nothing past the end.
        time.advance(by: .seconds(410))
        let error = await #expect(throws: AWSError.self) { try await keyID(provider) }
        #expect(error?.code == "CredentialSourceAway")
        source.recover()
        #expect(try await keyID(provider) == "KEY5")
        #expect(sink.entries.last?.message == "AWS credentials were renewed after all")
    }

    @Test func someAreUsedALittlePastTheirEnd() async throws {
        let source = Source(time, staleAllowance: .seconds(3600))
        let provider = provider(source)
        _ = try await keyID(provider)
        source.fail()
        time.advance(by: .seconds(3100))
        #expect(try await keyID(provider) == "KEY1")
        time.advance(by: .seconds(600))
        #expect(try await keyID(provider) == "KEY1")
        time.advance(by: .seconds(600))
        #expect(try await keyID(provider) == "KEY1")
        #expect(
            warnings == [
                "AWS credentials cannot be renewed yet; the old ones hold on",
                "AWS credentials have ended and cannot be renewed; they are used on while services take them",
            ])
        time.advance(by: .seconds(3000))
        await #expect(throws: AWSError.self) { try await keyID(provider) }
        source.recover()
        #expect(try await keyID(provider) == "KEY6")
    }

    @Test func aSourceThatHandsOutEndedOnesIsNotStormed() async throws {
        let source = Source(time, staleAllowance: .seconds(3600))
        source.state.withLock { $0.lifetime = .seconds(-60) }
        let provider = provider(source)
        for _ in 0..<10 { #expect(try await keyID(provider) == "KEY1") }
        #expect(source.calls == 1)
        time.advance(by: .seconds(91))
        #expect(try await keyID(provider) == "KEY2")
        #expect(
            warnings == ["AWS credentials have ended, but their source has no newer ones; they are used on"])
    }

    @Test func theFirstFailureIsTheCallers() async throws {
        let source = Source(time)
        source.fail()
        let provider = provider(source)
        await #expect(throws: AWSError.self) { try await keyID(provider) }
        await #expect(throws: AWSError.self) { try await keyID(provider) }
        #expect(source.calls == 2)
        #expect(warnings.isEmpty)
    }

    @Test func rejectedOnesAreForgottenOnce() async throws {
        let source = Source(time)
        let provider = provider(source)
        let first = try await provider.credentials()
        await provider.invalidate(first)
        #expect(try await keyID(provider) == "KEY2")
        // A second caller that was rejected with the same ones comes late.
        await provider.invalidate(first)
        #expect(try await keyID(provider) == "KEY2")
        #expect(source.calls == 2)
    }

    @Test func secretsAreNotLogged() async throws {
        let source = Source(time, staleAllowance: .seconds(3600))
        let provider = provider(source)
        let credentials = try await provider.credentials()
        source.fail()
        time.advance(by: .seconds(4000))
        _ = try await provider.credentials()
        let lines = sink.entries.map { LogFormat.json.line($0) }.joined()
        #expect(lines.contains("KEY1"))
        #expect(!lines.contains("hunter"))
        #expect(!"\(credentials)".contains("hunter"))
        #expect(!String(reflecting: credentials).contains("hunter"))
    }

    @Test func windowsFitTheLifetime() {
        let now = Timestamp(milliseconds: 0)
        let hour = RefreshWindows(from: now, to: Timestamp(milliseconds: 3_600_000), fraction: 0)
        #expect(hour.advisory.milliseconds == 2_880_000)
        #expect(hour.mandatory.milliseconds == 3_000_000)
        let late = RefreshWindows(from: now, to: Timestamp(milliseconds: 3_600_000), fraction: 0.999)
        #expect(late.advisory < hour.advisory)
        #expect(late.pause > hour.pause)
        let short = RefreshWindows(from: now, to: Timestamp(milliseconds: 900_000), fraction: 0.5)
        #expect(short.advisory.milliseconds == 600_000)
        #expect(short.mandatory.milliseconds == 750_000)
    }
}
