import FOQUSModel
import JSONKit
import Testing

@testable import ControlCommands

@Suite struct JSONInputsTests {
    private func jobs(_ text: String, simulation: String? = "flow") throws -> [JSONObject] {
        let template = JobTemplate(simulation: try simulation.map { try SimulationName($0) })
        return try JSONInputs.jobs(Array(text.utf8), file: "in.json", template: template)
    }

    private func refusal(_ text: String, simulation: String? = "flow") -> String {
        do {
            _ = try jobs(text, simulation: simulation)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        #"[{"a": {"x": 1, "y": [2]}}]"#, #"[{"a.x": 1, "a.y": [2]}]"#, #"[{"a": {"x": 1}, "a.y": [2]}]"#,
        #"[{"Input": {"a": {"x": 1, "y": [2]}}}]"#,
        "\u{FEFF}[{\"Simulation\": \"flow\", \"Input\": {\"a\": {\"x\": 1, \"y\": [2]}}}]",
    ])
    func allFormsMeanTheSame(_ text: String) throws {
        #expect(try jobs(text) == [["Simulation": "flow", "Input": ["a": ["x": 1, "y": [2]]]]])
    }

    @Test func membersOfJobObjectsAreKept() throws {
        #expect(
            try jobs(#"[{"Input": {}, "Reset": true, "Tag": 7, "Simulation": "other"}]"#, simulation: nil)
                == [["Input": [:], "Reset": true, "Tag": 7, "Simulation": "other"]])
    }

    @Test func theTemplateFillsIn() throws {
        let template = JobTemplate(simulation: try SimulationName("flow"), application: "command", reset: true)
        let jobs = try JSONInputs.jobs(Array(#"[{"a.x": 1}]"#.utf8), file: "in.json", template: template)
        #expect(
            jobs == [["Input": ["a": ["x": 1]], "Simulation": "flow", "Application": "command", "Reset": true]])
    }

    @Test(arguments: [
        ("{}", "in.json, line 1, column 1: expected a list of jobs, found one object. Put it in [ ]."),
        ("[1,\n  2x]", "in.json, line 2, column 4: expected ',' or ']' but found 'x'"),
        (
            "[{\"a.x\": 1},\n  5]",
            "in.json, line 2, column 3: job 2: expected an object with inputs, found a value of type number"
        ),
        (
            "[{\"a\": {\"}\": \"\\\"]\"}},\n {\"a.x\": 1,\n  \"x\": 5}]",
            "in.json, line 3, column 3: job 2: \"x\" is neither a node with an object of variables nor node.variable"
        ),
        ("[{\"a\": {\"x\": 1}, \"a.x\": 2}]", "in.json, line 1, column 18: job 1: a.x is given twice"),
        ("[{\"Input\": 5}]", "in.json, line 1, column 3: job 1: Input is of type number, not an object"),
        ("[{\"Input\": {}, \"Reset\": 1}]", "in.json, line 1, column 16: job 1: Reset is number, not true or false"),
        (
            "[{\"Input\": {}, \"Simulation\": \"b\"}]",
            "in.json, line 1, column 16: job 1: Simulation is \"b\", but the command line says flow"
        ),
    ])
    func refusalsNameThePlace(_ text: String, _ expected: String) { #expect(refusal(text) == expected) }

    @Test func aJobWithoutASimulationIsRefused() {
        #expect(
            refusal(#"[{"a.x": 1}]"#, simulation: nil)
                == "in.json, line 1, column 2: job 1: the job names no Simulation. Add it, or use --simulation NAME.")
    }
}
