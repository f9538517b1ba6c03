import Executors
import FOQUSModel
import FileKit
import Glibc
import JSONKit
import TestSupport
import Testing

/// Jobs on workbooks, in the real LibreOffice.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct SpreadsheetExecutorTests {
    private func with(
        _ configure: (inout RunnerOptions) -> Void = { _ in },
        _ body: (SinterExecutor, Workshop) async throws -> Void
    ) async throws {
        try await Workshop.with { workshop in
            var options = RunnerOptions(
                program: "/usr/bin/python3", environment: ["PYTHONPATH": Path.join(Engine.package, "Runners")],
                processes: 1, workDirectory: workshop.path("work"), settingsSection: "application.Excel")
            configure(&options)
            let executor = SinterExecutor(
                .spreadsheet, options, supervisor: Shared.supervisor, loop: Shared.loop, log: Shared.silence)
            try await body(executor, workshop)
            await executor.shutdown()
        }
    }

    /// By hand: 3 m3/hr for the time given into a base of 2 m2, as Examples/sinter/tank says.
    @Test func aWorkbookGivesWhatItsFormulasSay() async throws {
        try await with { executor, workshop in
            let tank = Engine.example("sinter/tank")
            let first = await executor.run(try workshop.job(in: tank))
            let level = first.output?["level"]?["value"]?.doubleValue
            #expect(first.output?["status"] == ["units": "", "value": 0], "\(first)")
            try #require(level != nil, "\(first)")
            // Twice the feed fills it twice as high.
            let twice = await executor.run(try workshop.job(input: ["feed.flow": 6], in: tank))
            #expect(twice.output?["level"]?["value"]?.doubleValue == level.map { $0 * 2 }, "\(twice)")
            // A run depends on its inputs alone.
            #expect(await executor.run(try workshop.job(in: tank)) == first)
        }
    }

    /// Rachford and Rice for two components: V = -(z1(K1-1) + z2(K2-1)) / ((K1-1)(K2-1)).
    @Test func aMacroRuns() async throws {
        try await with { executor, workshop in
            let input: JSON = ["z": 0.4, "K1": 2, "K2": 0.5]
            let job = try workshop.job(input: input, in: Engine.example("sinter/flash_macro"))
            let output = await executor.run(job).output
            // -(0.4 - 0.3) / (1 · -0.5) = 0.2; x = 0.4 / (1 + 0.2) = 1/3; y = 2/3.
            for (name, value) in [("vapor", 0.2), ("x", 1.0 / 3), ("y", 2.0 / 3)] {
                let found = output?[name]?["value"]?.doubleValue ?? .nan
                #expect(abs(found - value) < 1e-6, "\(name): \(found)")
            }
        }
    }

    /// Turbine's clients stage a workbook as `spreadsheet`, and its configuration as `configuration`.
    @Test func stagedNamesAreUnderstood() async throws {
        try await with { executor, workshop in
            let tank = Engine.example("sinter/tank")
            for (name, staged) in [("tank.json", "configuration"), ("tank.xlsx", "spreadsheet")] {
                let bytes = try File.read(Path.join(tank, name))
                try File.writeAtomically(bytes, to: Path.join(workshop.simulation, staged))
            }
            let outcome = await executor.run(try workshop.job())
            #expect(outcome.output?["level"]?["value"] == 3.0, "\(outcome)")
            let twice = await executor.run(try workshop.job(input: ["feed.flow": 6]))
            #expect(twice.output?["level"]?["value"] == 6.0, "\(twice)")
        }
    }

    @Test func badInputsAreTheJobsErrorAndNeedNoOffice() async throws {
        let change1: (inout RunnerOptions) -> Void = { $0.program = "/nowhere/python3" }
        try await with(change1) { executor, workshop in
            let tank = Engine.example("sinter/tank")
            let unknown = await executor.run(try workshop.job(input: ["feed.fluw": 1], in: tank)).failure
            #expect(unknown?.contains("did you mean 'feed.flow'?") == true, "\(unknown ?? "")")
            let units: JSON = [
                "filetype": "sinterinputs", "version": 0.2, "inputs": ["feed.flow": ["value": 1, "units": "kg"]],
            ]
            let wrong = await executor.run(try workshop.job(input: units, in: tank)).failure
            #expect(wrong?.contains("feed.flow") == true && wrong?.contains("kg") == true, "\(wrong ?? "")")
        }
    }

    @Test func whatIsMissingOnTheMachineIsNotTheJobsFault() async throws {
        let change2: (inout RunnerOptions) -> Void = { $0.environment["PYTHONPATH"] = "/nowhere" }
        try await with(change2) { executor, workshop in
            let reason = await executor.run(try workshop.job(in: Engine.example("sinter/tank"))).infrastructure
            #expect(reason?.contains("set runner in [application.Excel]") == true, "\(reason ?? "")")
        }
    }

    @Test func badWorkbooksAreTheJobsErrorAndTheNextIsServed() async throws {
        try await with { executor, workshop in
            let tank = Engine.example("sinter/tank")
            let bad = workshop.path("bad")
            try Directory.create(bad)
            try File.writeAtomically(try File.read(Path.join(tank, "tank.json")), to: Path.join(bad, "tank.json"))
            let missing = await executor.run(try workshop.job(fingerprint: "2", in: bad)).failure
            #expect(missing?.contains("tank.xlsx") == true, "\(missing ?? "")")
            let half = try File.read(Path.join(tank, "tank.xlsx")).prefix(2000)
            try File.writeAtomically(Array(half), to: Path.join(bad, "tank.xlsx"))
            let broken = await executor.run(try workshop.job(fingerprint: "3", in: bad)).failure
            #expect(broken?.contains("tank.xlsx") == true, "\(broken ?? "")")
            let next = await executor.run(try workshop.job(in: tank))
            #expect(next.output?["level"] != nil, "\(next)")
        }
    }

    @Test func anotherKindOfModelIsRefused() async throws {
        try await with { executor, workshop in
            try File.writeAtomically(
                Array(
                    #"""
                    {"title": "", "description": "", "author": "", "date": "", "config-version": "1.0",
                     "filetype": "sinterconfig", "filetype-version": 0.3, "application": {"name": "Aspen Plus"}, "model": {"file": "m.bkp"}, "input-files": []}
                    """#.utf8), to: Path.join(workshop.simulation, "flash.json"))
            let failure = await executor.run(try workshop.job()).failure
            #expect(failure == "flash.json is for Aspen Plus, and application test runs workbooks here")
        }
    }

    @Test func anOfficeThatHasGrownIsReplaced() async throws {
        let tank = Engine.example("sinter/tank")
        func homes(_ limit: UInt64) async throws -> Int {
            var count = 0
            let change3: (inout RunnerOptions) -> Void = { $0.recycleMemory = limit }
            try await with(change3) { executor, workshop in
                _ = await executor.run(try workshop.job(in: tank))
                count = try Look.names(in: workshop.path("work")).count
            }
            return count
        }
        // An office takes some 100 MB, the Python beside it less than 40.
        #expect(try await homes(1 << 30) == 1)
        #expect(try await homes(60 << 20) == 0)
    }

    @Test func anOfficeIsReplacedAfterItsShareOfJobs() async throws {
        let change4: (inout RunnerOptions) -> Void = { $0.recycleJobs = 2 }
        try await with(change4) { executor, workshop in
            let tank = Engine.example("sinter/tank")
            for _ in 0..<5 {
                let outcome = await executor.run(try workshop.job(in: tank))
                #expect(outcome.output?["level"] != nil, "\(outcome)")
            }
        }
    }
}
