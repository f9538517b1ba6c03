import Executors
import FOQUSModel
import FileKit
import Glibc
import JSONKit
import ProcessKit
import TestSupport
import Testing
import Threading

/// Each test runs real programs.
@Suite(.timeLimit(.minutes(1)))
struct ProgramExecutorTests {
    /// Runs `script` as the model of a configuration told by JSON on stdin and answering with JSON.
    private func run(
        _ script: String, program: String = #"{"command": ["sh", "${model}"]}"#, outputs: String = ProgramShop.level,
        files: [String: String] = [:], input: JSON = [:],
        _ configure: (inout ProgramExecutor.Options) -> Void = { _ in }
    ) async throws -> (Outcome, names: [String]) {
        try await ProgramShop.with(
            program: program, outputs: outputs, files: files.merging(["model.sh": script]) { $1 }
        ) { shop in
            let job = try shop.job(input: input)
            let outcome = await ProgramShop.executor(configure).run(job)
            return (outcome, try Look.names(in: job.directory))
        }
    }

    // MARK: success

    @Test func valuesGoInAndOutByJSON() async throws {
        let script = """
            flow=$(sed -n 's/.*"flow": \\([0-9.]*\\).*/\\1/p' inputs.json)
            area=$(sed -n 's/.*"area": \\([0-9.]*\\).*/\\1/p' inputs.json)
            echo "{\\"level\\": $(awk "BEGIN { print $flow / $area }"), \\"note\\": \\"ok\\"}" > outputs.json
            """
        #expect(try await run(script).0 == .success(output: ProgramShop.output(level: 5)))
        let (outcome, names) = try await run(
            script,
            input: ["filetype": "sinterinputs", "version": 0.2, "inputs": ["area": ["value": 2500, "units": "cm2"]]])
        #expect(outcome == .success(output: ProgramShop.output(level: 10)))
        #expect(Set(names) == ["case.json", "model.sh", "inputs.json", "outputs.json"])
    }

    @Test func valuesGoInAndOutByTables() async throws {
        let (outcome, _) = try await run(
            #"{ print NR == 1 ? "time level" : NR - 1 " " $1 / $2 }"#,
            program: """
                {"command": ["sh", "-c", "awk -F, -f ${model} in/case.csv > out/level.dat"],
                 "input": {"format": "csv", "file": "in/case.csv"},
                 "output": {"format": "csv", "separator": " ", "file": "out/level.dat"}}
                """)
        #expect(outcome == .success(output: ProgramShop.output(level: 5)))
    }

    @Test func valuesGoInByATemplateOnStdinAndOutByAPattern() async throws {
        let (outcome, names) = try await run(
            #"{ f = substr($0, 6, 10); a = substr($0, 16, 10); printf " LEVEL = %12.4E\n", f / a }"#,
            program: """
                {"command": ["awk", "-f", "${model}"], "input": {"format": "template", "template": "t", "file": "stdin"},
                 "output": {"format": "regex", "file": "stdout"}}
                """,
            outputs: ProgramShop.level.replacing(#"["level"]"#, with: #"["LEVEL =\\s*(\\S+)"]"#),
            files: ["t": "CASE ${flow:%10.4f}${area:%10.4f}\n"], input: ["flow": 3])
        #expect(outcome == .success(output: ProgramShop.output(level: 6)))
        #expect(names.contains("stdin.txt") && names.contains("stdout.log"))
    }

    @Test func valuesGoInAsArguments() async throws {
        let (outcome, names) = try await run(
            #"awk "BEGIN { print \"{\\\"level\\\": \" $1 / $2 \"}\" }""#,
            program: """
                {"command": ["sh", "${model}", "${flow}", "${area}"], "input": {"format": "arguments"},
                 "output": {"file": "stdout"}}
                """, input: ["area": 0.25])
        #expect(outcome == .success(output: ProgramShop.output(level: 10)))
        #expect(names.sorted() == ["case.json", "model.sh", "stdout.log"])
    }

    @Test func aModelIsItsOwnProgramWithoutPermissions() async throws {
        for program in ["{}", #"{"command": ["${model}"]}"#, #"{"command": ["./model.sh"]}"#] {
            var outcome = Outcome.cancelled
            repeat {
                outcome = try await run("#!/bin/sh\necho '{\"level\": 1}' > outputs.json\n", program: program).0
                // The file was open for writing while another test started a program.
            } while outcome.infrastructure?.contains("Text file busy") == true
            #expect(outcome == .success(output: ProgramShop.output(level: 1)))
        }
    }

    @Test func theEnvironmentNamesTheJob() async throws {
        try await ProgramShop.with(
            program: #"{"command": ["sh", "${model}"], "environment": {"COLOUR": "blue", "HERE": "${directory}/x"}}"#,
            files: ["model.sh": "env | sort > env.txt; pwd > pwd.txt; echo '{\"level\": 1}' > outputs.json"]
        ) { shop in
            let job = try shop.job()
            let executor = ProgramShop.executor { $0.environment["COLOUR"] = "red" }
            #expect(await executor.run(job) == .success(output: ProgramShop.output(level: 1)))
            let lines = try Look.text(Path.join(job.directory, "env.txt")).split(separator: "\n").map(String.init)
            for line in [
                "COLOUR=blue", "HERE=\(job.directory)/x", "HOME=\(job.directory)", "FOQUS_JOB_ID=\(job.job)",
                "FOQUS_ATTEMPT_ID=\(job.attempt)", "FOQUS_USER=ann",
                "FOQUS_SIMULATION_DIRECTORY=\(shop.workshop.simulation)",
            ] {
                #expect(lines.contains(line), "\(line) is not in \(lines)")
            }
            #expect(try Look.text(Path.join(job.directory, "pwd.txt")) == job.directory + "\n")
        }
    }

    @Test func aWarningOfTheProgramIsAStatus() async throws {
        try await ProgramShop.with(
            program: #"{"command": ["sh", "${model}"], "warningPattern": "(?i)^warning"}"#,
            files: ["model.sh": "echo 'Warning: hot' >&2; echo '{\"level\": 1}' > outputs.json"]
        ) { shop in
            let job = try shop.job(input: ["flow": 11])
            #expect(await ProgramShop.executor().run(job) == .success(output: ProgramShop.output(level: 1, status: 2)))
            let messages = try Look.text(Path.join(job.directory, "messages.txt"))
            #expect(messages.contains("warning of the program: Warning: hot\n"))
            #expect(messages.contains("flow: 11.0 is more than its maximum, 10.0"))
            #expect(try Look.text(Path.join(job.directory, "stderr.log")) == "Warning: hot\n")
        }
    }

    @Test func otherStatusesCanBeSuccess() async throws {
        let script = "echo '{\"level\": 1}' > outputs.json; exit 3"
        let program = #"{"command": ["sh", "${model}"], "successStatuses": [0, 3]}"#
        #expect(try await run(script, program: program).0 == .success(output: ProgramShop.output(level: 1)))
    }

    // MARK: failure

    @Test func noConvergenceIsAFailureOfItsOwn() async throws {
        let program = #"{"command": ["sh", "${model}"], "nonConvergencePattern": "NOT CONVERGED"}"#
        for end in ["", "; exit 4"] {
            let (outcome, _) = try await run(
                "echo; echo ' *** NOT CONVERGED after 99 ***'; echo '{\"level\": 1}' > outputs.json\(end)",
                program: program)
            #expect(outcome.output == ["status": ["units": "", "value": 9]])
            let message = "the program did not converge: *** NOT CONVERGED after 99 ***"
            #expect(outcome.failure == message + (end.isEmpty ? "" : "; the program ended with exit status 4"))
        }
    }

    @Test(arguments: [
        ("exit 3", "the program ended with exit status 3"),
        ("echo oh >&2; exit 1", "the program ended with exit status 1: oh"),
        ("kill -SEGV $$", "the program ended with SIGSEGV"),
        ("echo nothing to say", "the program ended well, but left no outputs.json; it printed: nothing to say"),
        ("echo '{\"level\": NaN}' > outputs.json", "outputs.json, line 1, column 2: level: NaN is no value"),
        ("echo '{\"levl\": 1}' > outputs.json", "level: there is no 'level'; did you mean 'levl'?"),
        ("echo '{\"level\": \"x\"}' > outputs.json", #"level: the text "x" is not a number"#),
        ("echo '{\"level\": [1]}' > outputs.json", "level: a number or a text is needed"),
        ("printf '{\\n\"level\": oops' > outputs.json", "outputs.json, line 2, column 10: "),
        ("mkfifo outputs.json", "outputs.json cannot be read"), ("mkdir outputs.json", "outputs.json cannot be read"),
        ("head -c 2000 /dev/zero > outputs.json", "outputs.json is larger than 1000 bytes"),
    ])
    func aFailureSaysWhatAndWhere(script: String, message: String) async throws {
        let (outcome, _) = try await run(script) { $0.outputLimit = 1000 }
        #expect(outcome.failure?.contains(message) == true, "\(outcome)")
        #expect(outcome.output == ["status": ["units": "", "value": 1]])
    }

    @Test func anOldOutputIsNotTaken() async throws {
        let (outcome, _) = try await run(":", files: ["outputs.json": #"{"level": 1}"#])
        #expect(outcome.failure == "the program ended well, but left no outputs.json")
    }

    @Test func outputsOnStdoutMustNotBeCut() async throws {
        let program = #"{"command": ["sh", "${model}"], "output": {"file": "stdout"}}"#
        let (outcome, _) = try await run("yes | head -c 3000", program: program) { $0.logLimit = 1000 }
        #expect(outcome.failure?.contains("printed more than 1000 bytes") == true)
        #expect(outcome.failure?.contains("log_limit in [application.program]") == true)
    }

    @Test(
        arguments: [
            (["flw": 1], "flw: this input is unknown; did you mean 'flow'?"), (["flow": "much"], "flow: the text"),
            (["flow": nil], "flow: a number or a text is needed"), ("x", "a run is an object"),
        ] as [(JSON, String)])
    func aWrongInputIsRefused(input: JSON, message: String) async throws {
        let (outcome, names) = try await run("touch ran", input: input)
        #expect(outcome.failure?.contains(message) == true, "\(outcome)")
        #expect(!names.contains("ran"))
    }

    @Test(arguments: [
        (
            #"{"command": ["sh", "${model}"], "input": {"format": "template", "template": "t", "file": "f"}}"#,
            "the template t of the simulation"
        ),
        (#"{"command": ["./nothing"]}"#, "the simulation's program cannot run: ./nothing"),
        (#"{"command": ["../../bin/sh"]}"#, "the program of the configuration"),
        (#"{"comand": ["sh"]}"#, #"case.json, line 4, column"#),
    ])
    func aWrongSimulationIsRefused(program: String, message: String) async throws {
        let (outcome, _) = try await run(":", program: program)
        #expect(outcome.failure?.contains(message) == true, "\(outcome)")
    }

    @Test func aTemplateIsRefusedWithItsPlace() async throws {
        let (outcome, _) = try await run(
            ":", program: #"{"command": ["sh"], "input": {"format": "template", "template": "t", "file": "f"}}"#,
            files: ["t": "a\nb ${flw}"])
        #expect(
            outcome.failure
                == "t, line 2, column 3: flw: there is no input or setting of this name; did you mean 'flow'?")
    }

    @Test func aModelThatIsNotThereIsTold() async throws {
        try await ProgramShop.with(program: #"{"command": ["sh", "${model}"]}"#) { shop in
            let outcome = await ProgramShop.executor().run(try shop.job())
            #expect(outcome.failure == "the model's file model.sh is not in the simulation")
        }
    }

    @Test func aConfigurationForAnotherSimulatorIsRefused() async throws {
        try await ProgramShop.with(program: "{}") { shop in
            let text = ProgramShop.configuration("{}", ProgramShop.level).replacing(#""program": {},"#, with: "")
            var excel = text.replacing("\"program\"", with: "\"Excel\"").replacing("model.sh", with: "tank.xlsx")
            for name in ["flow", "area", "level"] {
                excel = excel.replacing("\"path\": [\"\(name)\"]", with: "\"path\": [\"Tank$\(name)\"]")
            }
            try shop.put(excel, "case.json")
            let outcome = await ProgramShop.executor().run(try shop.job())
            #expect(outcome.failure == "case.json is for Excel, and application test runs programs here")
        }
    }

    @Test func aProgramThatIsNotInstalledIsTheMachinesFault() async throws {
        let (outcome, _) = try await run(":", program: #"{"command": ["no-such-program-here", "${model}"]}"#)
        let message = "cannot run no-such-program-here: No such file or directory; install the program on this worker"
        #expect(outcome.infrastructure?.hasPrefix(message) == true, "\(outcome)")
    }

    // MARK: what may run

    @Test func onlyChosenProgramsRun() async throws {
        let script = "echo '{\"level\": 1}' > outputs.json"
        let good = Outcome.success(output: ProgramShop.output(level: 1))
        #expect(try await run(script) { $0.allowed = ["sh"] }.0 == good)
        #expect(try await run(script) { $0.allowed = ["/bin/sh"] }.0 == good)
        let refused = try await run(script) { $0.allowed = ["octave-cli", "./"] }.0.failure
        #expect(
            refused?.contains("the program sh may not run: it is not among programs in [application.program]") == true)
        let own = try await run(script, program: "{}") { $0.allowed = ["sh"] }.0.failure
        #expect(own?.contains("the simulation's own program model.sh may not run") == true)
        let path = #"{"command": ["sh", "${model}"], "environment": {"PATH": "."}}"#
        #expect(try await run(script, program: path) { $0.allowed = ["sh"] }.0.failure?.contains("sets PATH") == true)
    }

    // MARK: ends from outside

    @Test func aProgramEndsWithItsTime() async throws {
        try await ProgramShop.with(
            program: #"{"command": ["sh", "${model}"]}"#,
            files: ["model.sh": "trap '' TERM; echo begun; sleep 600 & echo $! > child; wait; sleep 600"]
        ) { shop in
            let job = try shop.job(timeout: .milliseconds(500))
            #expect(await ProgramShop.executor().run(job) == .timedOut(after: .milliseconds(500)))
            #expect(try Look.text(Path.join(job.directory, "stdout.log")) == "begun\n")
            #expect(Look.pids(Path.join(job.directory, "child")).allSatisfy { !Look.isAlive($0) })
        }
    }

    @Test func aCancelledJobLeavesNothingRunning() async throws {
        try await ProgramShop.with(
            program: #"{"command": ["sh", "${model}"]}"#,
            files: ["model.sh": "setsid sleep 600 & echo $! > child.tmp; mv child.tmp child; wait"]
        ) { shop in
            let job = try shop.job()
            let task = Task { await ProgramShop.executor().run(job) }
            let path = Path.join(job.directory, "child")
            try await eventually("the program runs") { !Look.pids(path).isEmpty }
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(Look.pids(path).allSatisfy { !Look.isAlive($0) })
        }
    }

    @Test func manyJobsRunBesideEachOther() async throws {
        try await ProgramShop.with(
            program: """
                {"command": ["awk", "-f", "${model}", "inputs.csv"], "input": {"format": "csv"}, "output": {"file": "stdout"}}
                """,
            files: ["model.sh": #"BEGIN { FS = "," } NR == 2 { print "{\"level\": " $1 / $2 "}" }"#]
        ) { shop in
            let executor = ProgramShop.executor()
            try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
                for number in 1...24 {
                    let job = try shop.job(input: ["flow": .int(Int64(number))])
                    group.addTask { (number, await executor.run(job)) }
                }
                for try await (number, outcome) in group {
                    #expect(outcome == .success(output: ProgramShop.output(level: Double(number * 2))))
                }
            }
        }
    }
}
