import FOQUSModel
import FileKit
import JSONKit
import TestSupport
import Testing
import Threading

@testable import Executors

/// Jobs that are forwarded to a TurbineLite.
@Suite(.timeLimit(.minutes(1)))
struct TurbineExecutorTests {
    private static let configuration = """
        {"title": "", "description": "", "author": "", "date": "", "config-version": "1.0", "filetype": "sinterconfig",
         "filetype-version": 0.3, "application": {"name": "Aspen Plus"}, "model": {"file": "flash.bkp"}, "input-files": []}
        """

    private func with(
        _ configure: (inout TurbineExecutor.Options) -> Void = { _ in },
        _ body: (TurbineExecutor, FakeTurbineLite, Workshop) async throws -> Void
    ) async throws {
        try await Workshop.with { workshop in
            for (name, text) in [("flash.json", Self.configuration), ("flash.bkp", "model"), ("sub/data.txt", "data")] {
                let path = Path.join(workshop.simulation, name)
                try Directory.create(Path.parent(path))
                try File.writeAtomically(Array(text.utf8), to: path)
            }
            let gateway = try FakeTurbineLite()
            var options = TurbineExecutor.Options(
                url: gateway.url, application: "AspenPlus", prefix: "ann-", pollMinimum: .milliseconds(5),
                pollMaximum: .milliseconds(20), outagePatience: .seconds(60), licencePause: .milliseconds(30),
                settingsSection: "application.AspenPlus")
            configure(&options)
            try await body(
                TurbineExecutor(options, loop: Shared.loop, log: Shared.silence), gateway, workshop)
            await gateway.stop()
        }
    }

    private func fate(_ states: [String], status: Int = 0, _ messages: String...) -> FakeTurbineLite.Job {
        FakeTurbineLite.Job(
            number: 0, request: .null, states: states, output: ["y": ["value": 1, "units": ""]], status: status,
            messages: messages)
    }

    @Test func aJobIsRunThereAndItsOutputTaken() async throws {
        try await with { executor, gateway, workshop in
            let job = try workshop.job(input: ["T": 300])
            let starts = Locked(0)
            let outcome = await executor.run(job) { starts.withLock { $0 += 1 } }
            #expect(outcome.output?["y"] == ["value": 4.5, "units": "m"], "\(outcome)")
            #expect(starts.withLock { $0 } == 1)
            let (files, request, sessions) = gateway.state.withLock {
                ($0.simulations["ann-mixer"] ?? [:], $0.jobs[1]?.request, $0.sessions)
            }
            #expect(files.keys.sorted() == ["aspenfile", "configuration", "sub/data.txt"])
            #expect(files["aspenfile"] == Array("model".utf8))
            #expect(request?["Input"] == ["T": 300])
            // TurbineLite resets when nothing is said of it.
            #expect(request?["Reset"] == nil)
            // A version that nobody can change.
            #expect(request?["Simulation"] == "ann-mixer-v4")
            #expect(sessions.isEmpty, "a session that succeeded is removed")
        }
    }

    @Test func filesAreSentWhenTheyHaveChanged() async throws {
        try await with { executor, gateway, workshop in
            for _ in 0..<3 { _ = await executor.run(try workshop.job()) }
            #expect(gateway.count("PUT /TurbineLite/simulation/ann-mixer/input") == 3)
            try File.writeAtomically(Array("better model".utf8), to: Path.join(workshop.simulation, "flash.bkp"))
            _ = await executor.run(try workshop.job(fingerprint: "2"))
            #expect(gateway.count("PUT /TurbineLite/simulation/ann-mixer/input") == 4)
        }
    }

    @Test func aResetIsAskedForAsTheJobDoes() async throws {
        try await with { executor, gateway, workshop in
            for reset in [true, false] {
                let job = try workshop.job()
                let conduct = JobConduct(description: ["Reset": .bool(reset)])
                let run = JobRun(
                    job: job.job, attempt: job.attempt, session: job.session, user: job.user,
                    simulation: job.simulation, application: job.application, input: job.input,
                    directory: job.directory, simulationDirectory: job.simulationDirectory,
                    dependencyDirectories: [:], fingerprint: job.fingerprint, timeout: nil, conduct: conduct)
                _ = await executor.run(run)
            }
            #expect(gateway.state.withLock { [$0.jobs[1], $0.jobs[2]].map { $0?.request["Reset"] } } == [true, false])
        }
    }

    @Test func aSimulationThatWasRemovedThereIsBroughtAgain() async throws {
        try await with { executor, gateway, workshop in
            _ = await executor.run(try workshop.job())
            gateway.state.withLock { $0.simulations = [:] }
            let outcome = await executor.run(try workshop.job())
            #expect(outcome.output?["y"] != nil, "\(outcome)")
        }
    }

    @Test func aVersionOfSomebodyElseIsNotRun() async throws {
        try await with { executor, gateway, workshop in
            // The last file is sent after the model.
            gateway.state.withLock { $0.intrusions = 3 }
            let outcome = await executor.run(try workshop.job())
            #expect(outcome.output?["y"] != nil, "\(outcome)")
            #expect(gateway.state.withLock { $0.simulations["ann-mixer"]?["aspenfile"] } == Array("model".utf8))
        }
    }

    @Test func usersHaveSimulationsOfTheirOwn() async throws {
        let change: (inout TurbineExecutor.Options) -> Void = { $0.prefix = "here-{user}-" }
        try await with(change) { executor, gateway, workshop in
            _ = await executor.run(try workshop.job())
            #expect(gateway.state.withLock { Array($0.simulations.keys) } == ["here-ann-mixer"])
        }
    }

    /// The first attempt fails and is repeated; what it left behind would run with the defaults.
    @Test func aJobWithoutItsInputIsNotTakenUp() async throws {
        try await with { executor, gateway, workshop in
            gateway.state.withLock { $0.losesAnInput = true }
            let job = try workshop.job(input: ["T": 1])
            #expect(await executor.run(job).infrastructure?.contains("Failed to create new job") == true)
            #expect(await executor.run(job).output?["y"] != nil)
            #expect(gateway.state.withLock { $0.jobs[1]?.states } == ["create"])
        }
    }

    @Test func warningsAndErrorsAreTold() async throws {
        try await with { executor, gateway, workshop in
            gateway.state.withLock { $0.fates = [fate(["success"], status: 2, "block B1: flash is dry")] }
            let job = try workshop.job()
            let outcome = await executor.run(job)
            #expect(outcome.output?["y"] != nil, "\(outcome)")
            #expect(try Look.text(Path.join(job.directory, "messages.txt")) == "block B1: flash is dry\n")
            gateway.state.withLock {
                $0.fates = [fate(["running", "error"], status: 1, "event=setup,consumer=1", "no convergence")]
            }
            #expect(await executor.run(try workshop.job()).failure == "no convergence")
        }
    }

    @Test func anOutageIsWaitedForAndNothingIsDoneTwice() async throws {
        try await with { executor, gateway, workshop in
            gateway.state.withLock {
                $0.outages = 4
                $0.losesAnAnswer = true
            }
            let outcome = await executor.run(try workshop.job())
            #expect(outcome.output?["y"] != nil, "\(outcome)")
            #expect(gateway.state.withLock { $0.jobs.count } == 1)
        }
        let change1: (inout TurbineExecutor.Options) -> Void = { $0.outagePatience = .milliseconds(50) }
        try await with(change1) { executor, gateway, workshop in
            gateway.state.withLock { $0.outages = 1_000_000 }
            let outcome = await executor.run(try workshop.job())
            #expect(outcome.infrastructure?.contains("503") == true, "\(outcome)")
        }
    }

    /// A worker died, and the job comes again, as another attempt.
    @Test func whatAnEarlierAttemptHasBegunIsTakenUp() async throws {
        try await with { executor, gateway, workshop in
            let job = try workshop.job(input: ["T": 1])
            gateway.state.withLock { $0.fates = [fate(["running"])] }
            let first = Task { await executor.run(job) }
            try await eventually("the job runs there") { gateway.count("GET /TurbineLite/job/1") > 2 }
            let session = TurbineExecutor.session(of: job, number: 1)
            #expect(gateway.state.withLock { $0.sessions[session] } == [1])
            let second = Task { await executor.run(job) }
            try await eventually("the second looks") { gateway.count("GET /TurbineLite/session/\(session)") > 2 }
            gateway.state.withLock { $0.jobs[1]?.states = ["success"] }
            #expect(await first.value.output?["y"] != nil)
            #expect(await second.value.output?["y"] != nil)
            #expect(gateway.state.withLock { $0.jobs.count } == 1)
        }
    }

    @Test func aCancelledOrLateJobIsEndedThere() async throws {
        try await with { executor, gateway, workshop in
            gateway.state.withLock { $0.fates = [fate(["running"]), fate(["running"])] }
            let job = try workshop.job()
            let task = Task { await executor.run(job) }
            try await eventually("the job runs there") { gateway.count("GET /TurbineLite/job/1") > 0 }
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(gateway.state.withLock { $0.killed } == [TurbineExecutor.session(of: job, number: 1)])
            let late = try workshop.job(timeout: .milliseconds(50))
            #expect(await executor.run(late) == .timedOut(after: .milliseconds(50)))
            #expect(gateway.state.withLock { $0.killed.count } == 2)
        }
    }

    /// A thousand jobs must not fail because a licence server is down for a while.
    @Test func withoutALicenceTheApplicationPauses() async throws {
        try await with { executor, gateway, workshop in
            let noLicence = fate(["running", "error"], status: 1, "FLEXnet: checkout failed")
            gateway.state.withLock { $0.fates = Array(repeating: noLicence, count: 5) }
            let jobs = try (0..<8).map { _ in try workshop.job() }
            let outcomes = await withTaskGroup(of: Outcome.self) { group in
                for job in jobs { group.addTask { await executor.run(job) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0.output?["y"] != nil }, "\(outcomes)")
            // Five found no licence, and were run again.
            #expect(gateway.state.withLock { $0.jobs.count } == 13)
        }
    }

    @Test func noLicenceForTooLongIsTheMachinesFault() async throws {
        let change2: (inout TurbineExecutor.Options) -> Void = { $0.licencePatience = .milliseconds(100) }
        try await with(change2) { executor, gateway, workshop in
            gateway.state.withLock { $0.fates = Array(repeating: fate(["error"], "no license"), count: 1000) }
            let reason = await executor.run(try workshop.job()).infrastructure
            #expect(reason?.contains("no license") == true, "\(reason ?? "")")
        }
    }

    @Test func whatIsNotServedThereIsSaid() async throws {
        let change3: (inout TurbineExecutor.Options) -> Void = { $0.application = "GProms" }
        try await with(change3) { executor, _, workshop in
            let failure = await executor.run(try workshop.job()).failure
            #expect(failure?.contains("does not serve GProms, only AspenPlus, ACM") == true, "\(failure ?? "")")
        }
        let change4: (inout TurbineExecutor.Options) -> Void = {
            $0.url = "http://127.0.0.1:1/x"
            $0.outagePatience = .zero
        }
        try await with(change4) { executor, _, workshop in
            let outcome = await executor.run(try workshop.job())
            #expect(outcome.infrastructure?.contains("cannot be reached") == true, "\(outcome)")
        }
    }
}

/// Who may start while there is no licence.
@Suite(.timeLimit(.minutes(1)))
struct LicencePauseTests {
    private let later = ContinuousClock().now + .seconds(3600)

    @Test func oneGoesFirstAndTheOthersWaitForIt() async throws {
        let pause = LicencePause(.milliseconds(20), loop: Shared.loop)
        #expect(await pause.enter(until: later) == .free)
        await pause.settled(.free, hadLicence: false)
        async let one = pause.enter(until: later)
        #expect(await one == .first)
        let others = (0..<3).map { _ in Task { await pause.enter(until: later) } }
        // One that was waiting and is cancelled changes nothing for the others.
        let cancelled = Task { await pause.enter(until: later) }
        cancelled.cancel()
        #expect(await cancelled.value == .cancelled)
        await pause.settled(.cancelled, hadLicence: nil)
        await pause.settled(.first, hadLicence: true)
        for other in others { #expect(await other.value == .free) }
    }

    @Test func whoDoesNotTellLeavesItToAnother() async throws {
        let pause = LicencePause(.milliseconds(20), loop: Shared.loop)
        await pause.settled(.free, hadLicence: false)
        #expect(await pause.enter(until: later) == .first)
        let next = Task { await pause.enter(until: later) }
        await pause.settled(.first, hadLicence: nil)
        #expect(await next.value == .first)
    }

    @Test func whoHasWaitedLongEnoughIsTold() async throws {
        let pause = LicencePause(.seconds(3600), loop: Shared.loop)
        await pause.settled(.free, hadLicence: false)
        #expect(await pause.enter(until: ContinuousClock().now - .seconds(1)) == .tooLate)
    }
}
