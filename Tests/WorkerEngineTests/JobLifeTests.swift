import EmbeddedStores
import Executors
import FOQUSModel
import FileKit
import JSONKit
import Stores
import TestSupport
import Testing
import WorkerEngine

@Suite(.timeLimit(.minutes(1))) struct JobLifeTests {
    @Test func aGoodJobIsToldAsTheContractHasIt() async throws {
        try await withFixture { fixture in
            let executor = ScriptedExecutor { job in
                try? File.write(Array("made".utf8), to: job.directory + "/made.txt")
                return .success(output: ["z": .number(.infinity)])
            }
            let told = try await withWorker(fixture, executor) { _ in
                let job = try await fixture.submit(1)[0]
                return try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            let job = try #require(told.compactMap(\.job).first)
            #expect(told.words(of: job) == ["setup", "running", "output", "success"])
            #expect(told.first { $0.word == "output" }?.body[0]?["value"] == ["z": "Infinity"])
            #expect(told.allSatisfy { $0.word == nil || $0.attributes["username"] == "test" })
            #expect(told.contains { $0.attributes["event"] == "consumer.running" })
            #expect(try await fixture.isQueueEmpty())
            let files = try await fixture.backend.objects.list(
                prefix: "test/session/", in: .sessions, after: nil, limit: 10)
            #expect(files.objects.map(\.key).map(Path.lastComponent) == ["made.txt"])
            #expect(try Directory.list(fixture.state + "/jobs").isEmpty)
        }
    }

    @Test func aFailedModelIsFinalAndKeepsItsOutput() async throws {
        try await withFixture { fixture in
            let executor = ScriptedExecutor { _ in .failed(message: "node calc: diverged", output: ["graphError": 1]) }
            let told = try await withWorker(fixture, executor) { _ in
                let job = try await fixture.submit(1)[0]
                return try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(told.compactMap(\.word) == ["setup", "running", "output", "error"])
            #expect(told.last?.message == "node calc: diverged")
        }
    }

    @Test func aTimeoutSaysSo() async throws {
        try await withFixture { fixture in
            let executor = ScriptedExecutor { _ in .timedOut(after: .seconds(7)) }
            let told = try await withWorker(fixture, executor) { _ in
                let job = try await fixture.submit(1)[0]
                return try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(told.last?.message == "killed: it ran longer than its timeout of 7 s")
        }
    }

    @Test func aBrokenMachineIsTriedAgain() async throws {
        try await withFixture { fixture in
            let fails = Fault()
            fails.set(.unavailable)
            let executor = ScriptedExecutor { _ in
                defer { fails.set(nil) }
                do { try fails.check() } catch { return .infrastructure(message: "no engine") }
                return .success(output: [:])
            }
            let told = try await withWorker(fixture, executor) { _ in
                let job = try await fixture.submit(1)[0]
                return try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(told.compactMap(\.word) == ["setup", "running", "setup", "running", "output", "success"])
        }
    }

    @Test func aMachineThatStaysBrokenEndsTheJob() async throws {
        try await withFixture { fixture in
            let executor = ScriptedExecutor { _ in .infrastructure(message: "no engine") }
            let told = try await withWorker(fixture, executor) { _ in
                let job = try await fixture.submit(1)[0]
                return try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(told.filter { $0.word == "setup" }.count == 3)
            #expect(told.last?.message == "gave up after 3 attempts: no engine")
            #expect(try await fixture.isQueueEmpty())
        }
    }

    @Test func aLargeOutputGoesByReference() async throws {
        try await withFixture { fixture in
            var options = fixture.options
            options.outputLimit = 1000
            let value = JSON.array((0..<1000).map { JSON.int($0) })
            let executor = ScriptedExecutor { _ in .success(output: value) }
            let told = try await withWorker(fixture, executor, options: options) { _ in
                let job = try await fixture.submit(1)[0]
                return try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            let sent = try #require(told.first { $0.word == "output" }?.body[0]?["value"])
            let reference = try #require(OutputReference(sent))
            let stored = try await fixture.backend.objects.get(reference.key, in: .sessions)
            #expect(stored.count == reference.size)
            #expect(try JSON.parse(stored) == value)
        }
    }

    @Test func otherSimulationsThatItNeedsAreStaged() async throws {
        try await withFixture { fixture in
            let pump = try SimulationName("pump")
            try await fixture.putSimulation("pump", files: ["pump.py", "sub/data.txt"])
            let executor = ScriptedExecutor(needs: [pump]) { job in
                guard let directory = job.dependencyDirectories[pump], File.exists(directory + "/sub/data.txt"),
                    File.exists(job.directory + "/session.foqus"), File.exists(job.directory + "/input_values.json")
                else { return .failed(message: "a file is missing", output: nil) }
                return .success(output: [:])
            }
            let told = try await withWorker(fixture, executor) { _ in
                let job = try await fixture.submit(1)[0]
                return try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(told.last?.word == "success", "\(told.last?.message ?? "")")
        }
    }

    @Test func manyJobsRunOnceEach() async throws {
        try await withFixture { fixture in
            let executor = ScriptedExecutor { _ in .success(output: [:]) }
            var options = fixture.options
            options.slots = 8
            let jobs = try await fixture.submit(200)
            let told = try await withWorker(fixture, executor, options: options) { _ in
                try await fixture.notifications { told in told.count { $0.isFinal } == jobs.count }
            }
            for job in jobs { #expect(told.words(of: job) == ["setup", "running", "output", "success"]) }
            #expect(executor.runs.values.allSatisfy { $0 == 1 })
        }
    }
}
