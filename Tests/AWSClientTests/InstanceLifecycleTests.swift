import AWSFakes
import FOQUSModel
import Logging
import TestSupport
import Testing
import Threading

@testable import AWSClient

@Suite(.timeLimit(.minutes(2))) struct InstanceLifecycleTests {
    private static let noon = Timestamp(iso: "2026-01-01T12:00:00Z")!

    /// Events as they come, and whether there are no more.
    private final class Watch: Sendable {
        private let seen = Locked<(events: [InstanceEvent], isOver: Bool)>(([], false))
        private let task: Task<Void, Never>

        init(_ fixture: CredentialFixture) {
            let lifecycle = InstanceLifecycle(
                metadata: fixture.metadataClient(), time: fixture.time, log: fixture.log)
            let seen = seen
            task = Task {
                for await event in lifecycle.events() { seen.withLock { $0.events.append(event) } }
                seen.withLock { $0.isOver = true }
            }
        }

        var events: [InstanceEvent] { seen.withLock { $0.events } }
        var isOver: Bool { seen.withLock { $0.isOver } }

        func end() async {
            task.cancel()
            await task.value
        }
    }

    private func fixture(_ server: FakeMetadataServer) -> CredentialFixture {
        var fixture = CredentialFixture()
        fixture.metadata = CredentialFixture.metadataOptions(server.url)
        return fixture
    }

    /// Lets the watch look once more, after it has slept.
    private func round(_ fixture: CredentialFixture) async throws {
        try await eventually("the watch sleeps") { fixture.time.sleepers == 1 }
        fixture.time.advance(by: .seconds(5))
        try await eventually("the watch sleeps again") { fixture.time.sleepers == 1 }
    }

    @Test func eachNoticeIsTold() async throws {
        try await withMetadata { server in
            server.change { $0.lifecycleState = "InService" }
            let fixture = fixture(server)
            let watch = Watch(fixture)
            try await round(fixture)
            #expect(watch.events == [])
            server.change { $0.rebalance = #"{"noticeTime": "2026-01-01T11:00:00Z"}"# }
            try await round(fixture)
            try await round(fixture)
            #expect(watch.events == [.rebalance])
            server.change { $0.spotAction = #"{"action": "terminate", "time": "2026-01-01T12:00:00Z"}"# }
            try await round(fixture)
            try await round(fixture)
            #expect(watch.events == [.rebalance, .terminating(at: Self.noon)])
            server.change { $0.lifecycleState = "Terminated" }
            try await round(fixture)
            try await round(fixture)
            #expect(watch.events.last == .lifecycle(.terminated))
            #expect(watch.events.count == 3)
            server.change { $0.lifecycleState = "InService" }
            try await round(fixture)
            try await round(fixture)
            #expect(watch.events.last == .lifecycle(.inService))
            #expect(fixture.sink.entries.filter { $0.level >= .info }.isEmpty)
            await watch.end()
        }
    }

    @Test func noticesOfBeforeTheStartAreToldAtOnce() async throws {
        try await withMetadata { server in
            server.change { content in
                content.lifecycleState = "Warmed:Stopped"
                content.spotAction = #"{"action": "hibernate", "time": "2026-01-01T12:00:00Z"}"#
            }
            let watch = Watch(fixture(server))
            try await eventually("both are told") { watch.events.count == 2 }
            #expect(watch.events == [.terminating(at: Self.noon), .lifecycle(.init(rawValue: "Warmed:Stopped"))])
            await watch.end()
        }
    }

    @Test func withoutAServiceItEndsQuietly() async throws {
        let fixture = CredentialFixture()
        let watch = Watch(fixture)
        try await advancing(fixture.time) { try await eventually("the watch is over") { watch.isOver } }
        #expect(watch.events == [])
        #expect(fixture.sink.entries.map(\.level) == [.info])
        #expect(fixture.sink.messages == ["no notices of AWS about this instance are watched"])
    }

    @Test func whereItIsTurnedOffItEndsAtOnce() async throws {
        var fixture = CredentialFixture()
        fixture.metadata.isDisabled = true
        let watch = Watch(fixture)
        try await eventually("the watch is over") { watch.isOver }
        #expect(fixture.sink.entries.map(\.level) == [.info])
    }

    @Test func anOutageIsSurvived() async throws {
        try await withMetadata { server in
            let fixture = fixture(server)
            let watch = Watch(fixture)
            try await round(fixture)
            server.change { $0.outage = 500 }
            for _ in 0..<5 { try await round(fixture) }
            server.change {
                $0.outage = nil
                $0.lifecycleState = "Terminated"
            }
            try await round(fixture)
            try await eventually("the group's wish is told") { watch.events == [.lifecycle(.terminated)] }
            #expect(
                fixture.sink.entries.map(\.level) == [.warning, .notice], "\(fixture.sink.messages)")
            await watch.end()
        }
    }

    @Test func aNoticeThatCannotBeReadHidesNoOther() async throws {
        try await withMetadata { server in
            let fixture = fixture(server)
            server.change { content in
                content.spotAction = "<html>"
                content.rebalance = #"{"noticeTime": "2026-01-01T11:00:00Z"}"#
                content.lifecycleState = "Terminated"
            }
            let watch = Watch(fixture)
            try await eventually("the others are told") { watch.events.count == 2 }
            #expect(watch.events == [.rebalance, .lifecycle(.terminated)])
            await watch.end()
        }
    }
}
