import CommandLineKit
import EventLoop
import Executors
import FileKit
import JSONKit
import ProcessKit
import Threading

/// `foqus-worker test-executor COMMAND…`: does a program keep the protocol of runners?
enum TestExecutorCommand {
    static let description = CommandDescription(
        name: "test-executor", summary: "Try whether a program keeps the protocol of runners.",
        discussion: """
            COMMAND is started as a worker would start it with `executor = runner`, once for each rule of \
            docs/executors.md, and everything that it started is ended. --slow-input names the input of a job that takes \
            some seconds; without it, the rules on ending a job are not tried.
            """,
        options: [
            .value(
                "simulation", short: "s", placeholder: "DIR", hint: .directory,
                "the folder that it is told to load; an empty one without this"),
            .value(
                "input", short: "i", placeholder: "FILE", hint: .file,
                "the input of a job that succeeds; {} without this"),
            .value("slow-input", placeholder: "FILE", hint: .file, "the input of a job that takes longer than 5 s"),
            .value(
                "patience", placeholder: "SECONDS", default: "60", "how long it may take to start, to load and to run"),
            .flag("json", "tell the findings as JSON"),
        ],
        positionals: [
            PositionalDescription(
                "COMMAND", .oneOrMore, hint: .file,
                "the program and its arguments; behind -- they may begin with a dash")
        ],
        exitStatuses: [
            .init("0", "It keeps every rule that was tried."), .init("1", "It breaks a rule."),
            .init("2", "The command line is wrong."), .init("66", "A file cannot be read."),
        ],
        run: { try await run($0) })

    private static func run(_ arguments: ParsedArguments) async throws -> ExitCode {
        let command = arguments.positionals("COMMAND")
        let patience = try arguments.value("patience", expected: "a number of seconds") { text -> Double? in
            Double(text).flatMap { $0 > 0 && $0 < 1e6 ? $0 : nil }
        }
        let scratch: TemporaryDirectory
        let options: RunnerConformance.Options
        do throws(FileError) {
            scratch = try TemporaryDirectory(prefix: "foqus-test-executor")
            var simulation = Path.join(scratch.path, "simulation")
            if let named = arguments.value("simulation") {
                simulation = try Path.resolved(named)
            } else {
                try Directory.create(simulation)
            }
            options = RunnerConformance.Options(
                command: try resolved(command), simulation: simulation,
                input: try arguments.value("input").map(json) ?? [:],
                slowInput: try arguments.value("slow-input").map(json), patience: .seconds(patience ?? 60),
                workDirectory: scratch.path)
        } catch {
            throw InputUnreadable(description: "\(error)")
        }
        defer { try? scratch.remove() }
        let loop = EventLoop.start(name: "test-executor")
        defer { loop.stop() }
        let supervisor = ProcessSupervisor(loop: loop)
        let asJSON = arguments.flag("json")
        let checks = await RunnerConformance(options, supervisor: supervisor, loop: loop).run { check in
            if !asJSON { try? TextOutput.standardOutput.line(line(check)) }
        }
        if asJSON { try TextOutput.standardOutput.line(JSON.array(checks.map(json)).text(pretty: true)) }
        let broken = checks.count { if case .broken = $0.finding { true } else { false } }
        let untried = checks.count { if case .notTried = $0.finding { true } else { false } }
        if !asJSON {
            try TextOutput.standardOutput.line(
                broken == 0
                    ? "it keeps the protocol" + (untried == 0 ? "" : ", as far as was tried: \(untried) rules were not")
                    : "it breaks \(broken) \(broken == 1 ? "rule" : "rules") of docs/executors.md")
        }
        return broken == 0 ? .success : .failure
    }

    /// A program below the current folder is found there: the runner has another one.
    private static func resolved(_ command: [String]) throws(FileError) -> [String] {
        try command.map { word throws(FileError) in File.exists(word) ? try Path.resolved(word) : word }
    }

    private static func json(_ path: String) throws(FileError) -> JSON {
        let bytes = try File.read(path, limit: 64 << 20)
        do { return try JSON.parse(bytes) } catch {
            throw FileError(code: 74, operation: "read as JSON (\(error))", path: path)
        }
    }

    private static func line(_ check: RunnerConformance.Check) -> String {
        switch check.finding {
        case .kept: "ok        \(check.rule) (\(milliseconds(check)) ms)"
        case .broken(let what): "BROKEN    \(check.rule): \(what)"
        case .notTried(let what): "not tried \(check.rule): \(what)"
        }
    }

    private static func json(_ check: RunnerConformance.Check) -> JSON {
        let (finding, reason): (String, JSON) =
            switch check.finding {
            case .kept: ("kept", .null)
            case .broken(let what): ("broken", .string(what))
            case .notTried(let what): ("not tried", .string(what))
            }
        return [
            "Rule": .string(check.rule), "Finding": .string(finding), "Reason": reason,
            "Milliseconds": .int(Int64(milliseconds(check))),
        ]
    }

    private static func milliseconds(_ check: RunnerConformance.Check) -> Int {
        Int(check.duration / .milliseconds(1))
    }
}

private struct InputUnreadable: Error, CustomStringConvertible, ExitCodeProviding {
    let description: String
    var exitCode: ExitCode { ExitCode(rawValue: 66) }
}
