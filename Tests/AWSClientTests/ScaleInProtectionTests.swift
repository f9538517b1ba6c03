import AWSFakes
import HTTPServer
import Logging
import TestSupport
import Testing
import Threading

@testable import AWSClient

@Suite(.timeLimit(.minutes(2))) struct ScaleInProtectionTests {
    private static let instance = "i-0123456789abcdef0"

    private struct Subject {
        let group = FakeScalingGroup()
        let fixture = CredentialFixture()
        let server: FakeQueryService
        let protection: ScaleInProtection

        init() throws {
            let group = group
            server = try FakeQueryService { group.answer($0) }
            let service = AWSService(
                name: "autoscaling", region: "eu-west-1", endpoint: server.url, http: testHTTP,
                credentials: StaticCredentials(
                    AWSCredentials(accessKeyID: "AKIA", secretAccessKey: "s", source: "test")), time: fixture.time)
            protection = ScaleInProtection(
                service: service, instanceID: ScaleInProtectionTests.instance, time: fixture.time, log: fixture.log)
        }

        /// What was set, in its order.
        var settings: [String] {
            server.calls.filter { $0.action == "SetInstanceProtection" }
                .map { $0.parameters["ProtectedFromScaleIn"] ?? "" }
        }
    }

    private func with(_ body: (Subject) async throws -> Void) async throws {
        let subject = try Subject()
        do { try await body(subject) } catch {
            await subject.server.stop()
            throw error
        }
        await subject.server.stop()
    }

    @Test func workIsProtectedAtOnce() async throws {
        try await with { subject in
            await subject.protection.set(true)
            try await eventually("the instance is protected") { subject.group.isProtected }
            let calls = subject.server.calls
            #expect(calls.map(\.action) == ["DescribeAutoScalingInstances", "SetInstanceProtection"])
            #expect(
                calls[1].parameters == [
                    "Action": "SetInstanceProtection", "Version": "2011-01-01", "AutoScalingGroupName": "workers",
                    "InstanceIds.member.1": Self.instance, "ProtectedFromScaleIn": "true",
                ])
            #expect(calls[1].authorization?.contains("/eu-west-1/autoscaling/aws4_request") == true)
            await subject.protection.finish()
        }
    }

    @Test func changesAreSpacedAndThoseTakenBackAreSpared() async throws {
        try await with { subject in
            let time = subject.fixture.time
            await subject.protection.set(true)
            try await eventually("the instance is protected") { subject.settings == ["true"] }
            try await eventually("the change is done") { await subject.protection.isSettled }
            await subject.protection.set(false)
            try await eventually("the next change waits") { time.sleepers == 1 }
            await subject.protection.set(true)
            time.advance(by: .seconds(30))
            try await eventually("nothing waits") { await subject.protection.isSettled }
            #expect(subject.settings == ["true"])

            await subject.protection.set(false)
            try await eventually("the protection ends") { subject.settings == ["true", "false"] }
            try await eventually("the change is done") { await subject.protection.isSettled }
            await subject.protection.set(true)
            try await eventually("the next change waits") { time.sleepers == 1 }
            time.advance(by: .seconds(29))
            #expect(subject.settings == ["true", "false"])
            time.advance(by: .seconds(1))
            try await eventually("the instance is protected") { subject.settings == ["true", "false", "true"] }
            await subject.protection.finish()
        }
    }

    @Test func theEndOfTheWorkerEndsTheProtection() async throws {
        try await with { subject in
            await subject.protection.set(true)
            try await eventually("the instance is protected") { subject.group.isProtected }
            await subject.protection.finish()
            #expect(!subject.group.isProtected)
            await subject.protection.set(true)
            await subject.protection.finish()
            #expect(subject.settings == ["true", "false"])
        }
    }

    @Test func aProtectionOfBeforeIsTakenOver() async throws {
        try await with { subject in
            subject.group.state.withLock { $0.isProtected = true }
            await subject.protection.set(true)
            try await eventually("the group was asked") { await subject.protection.isSettled }
            #expect(subject.settings == [])
            subject.fixture.time.advance(by: .seconds(30))
            await subject.protection.set(false)
            try await eventually("the protection ends") { !subject.group.isProtected }
            await subject.protection.finish()
        }
    }

    @Test func outsideOfAGroupThereIsNothingToDo() async throws {
        try await with { subject in
            subject.group.state.withLock { $0.name = nil }
            await subject.protection.set(true)
            try await eventually("it is told") { subject.fixture.sink.messages.count == 1 }
            #expect(subject.fixture.sink.entries.first?.level == .info)
            await subject.protection.set(false)
            await subject.protection.finish()
            #expect(subject.server.calls.count == 1)
        }
    }

    @Test func aRefusalIsToldOnceAndTriedAgain() async throws {
        try await with { subject in
            subject.group.state.withLock {
                $0.refusal = FakeQueryService.refusal(status: 403, code: "AccessDenied", message: "no")
            }
            let time = subject.fixture.time
            await subject.protection.set(true)
            for _ in 0..<3 {
                try await eventually("it waits after a refusal") { time.sleepers == 1 }
                time.advance(by: .seconds(600))
            }
            try await eventually("it waits after a refusal") { time.sleepers == 1 }
            #expect(subject.fixture.sink.entries.filter { $0.level == .warning }.count == 1)
            subject.group.state.withLock { $0.refusal = nil }
            time.advance(by: .seconds(600))
            try await eventually("the instance is protected") { subject.group.isProtected }
            try await eventually("it is told") {
                subject.fixture.sink.messages.contains("scale-in protection works again")
            }
            await subject.protection.finish()
        }
    }
}
