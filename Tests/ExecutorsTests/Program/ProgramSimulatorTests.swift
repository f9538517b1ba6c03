import Executors
import FileKit
import JSONKit
import Sinter
import TestSupport
import Testing

/// Programs as `foqus-sinter run` runs them.
@Suite(.timeLimit(.minutes(1)))
struct ProgramSimulatorTests {
    private func series(
        _ shop: ProgramShop, _ runs: [JSON], timeLimit: Duration? = .seconds(30)
    ) async throws -> (SeriesOutcome, left: [String]) {
        let text = try File.read(Path.join(shop.workshop.simulation, "case.json"))
        let configuration = try SinterConfiguration.read(text, file: "case.json")
        let scratch = shop.workshop.path("scratch")
        try Directory.create(scratch)
        let simulator = ProgramSimulator(
            configuration, directory: shop.workshop.simulation, .init(grace: .milliseconds(100)),
            workDirectory: scratch,
            supervisor: Shared.supervisor, loop: Shared.loop)
        let prepared = try runs.map { json in
            let run = try SinterRun(json)
            return Result { () throws(SinterError) in try configuration.prepare(run) }
        }
        let outcome = await SeriesRunner(simulator, timeLimit: timeLimit).run(prepared)
        return (outcome, try Look.names(in: scratch))
    }

    @Test func eachRunHasItsOwnFolder() async throws {
        try await ProgramShop.with(
            program: #"{"command": ["sh", "${model}", "${flow}"], "input": {"format": "arguments"}}"#,
            files: [
                "model.sh": """
                test ! -e outputs.json && test ! -e other.txt && test -e "$HOME/model.sh" || exit 9
                echo "{\\"level\\": $1}" > outputs.json; echo more >> model.sh
                """, "other.txt": "not named",
            ]
        ) { shop in
            let (outcome, left) = try await series(shop, [["flow": 1], ["flow": 2], [:]])
            #expect(
                outcome.runs.map(\.outputs) == [["level": .double(1)], ["level": .double(2)], ["level": .double(2.5)]])
            #expect(outcome.failed == 0 && left == [])
            #expect(try !Look.text(Path.join(shop.workshop.simulation, "model.sh")).contains("more\n"))
        }
    }

    @Test func failuresAreStatusesOfTheirRuns() async throws {
        try await ProgramShop.with(
            program: """
                {"command": ["sh", "${model}", "${flow}"], "input": {"format": "arguments"},
                 "nonConvergencePattern": "diverged", "warningPattern": "careful"}
                """,
            files: [
                "model.sh": """
                case $1 in 1.0) echo diverged;; 2.0) echo careful;; 3.0) echo bad >&2; exit 1;; 4.0) sleep 600;; esac
                echo '{"level": 7}' > outputs.json
                """
            ]
        ) { shop in
            let (outcome, left) = try await series(
                shop, [["flow": 1], ["flow": 2], ["flow": 3], ["flow": 4], ["flow": 5]], timeLimit: .seconds(2))
            #expect(
                outcome.runs.map(\.status) == [.nonConvergence, .simulationWarning, .simulationError, .stopped, .okay])
            #expect(outcome.runs[2].messages == ["the program ended with exit status 1: bad"])
            #expect(outcome.unavailable == nil && left == [])
        }
    }

    @Test func aProgramThatIsNotThereIsUnavailable() async throws {
        try await ProgramShop.with(program: #"{"command": ["no-such-program-here"]}"#) { shop in
            let (outcome, left) = try await series(shop, [[:], [:]])
            #expect(outcome.runs.map(\.status) == [.couldNotContact, .couldNotContact])
            #expect(outcome.unavailable?.contains("no-such-program-here") == true && left == [])
        }
    }
}
