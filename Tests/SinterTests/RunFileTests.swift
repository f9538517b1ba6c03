import JSONKit
import Testing
import TextKit

@testable import Sinter

@Suite struct RunFileTests {
    private func values(_ text: String) throws -> [[String: JSON]] {
        try SinterRun.read(Array(text.utf8), file: "in.json").map { run in
            Dictionary(uniqueKeysWithValues: run.values.map { ($0.name, $0.json) })
        }
    }

    @Test(arguments: [
        "{\"a\": 1}", "[{\"a\": 1}]", "[{\"inputs\": {\"a\": 1}}]", "{\"inputs\": {\"a\": 1,},}",
        "[{\"Simulation\": \"s\", \"Input\": {\"a\": 1}, \"Reset\": true}]",
        "{\"filetype\": \"sinterinputs\", \"version\": 0.2, \"inputs\": {\"a\": {\"value\": 1, \"units\": null}}}",
        "[{\"inputs\": {\"filetype\": \"sinterinputs\", \"version\": 0.2, \"inputs\": {\"a\": {\"value\": 1}}}}] // end",
    ])
    func allFormsMeanTheSame(_ text: String) throws { #expect(try values(text) == [["a": 1]]) }

    @Test func batchesKeepTheirOrder() throws {
        #expect(
            try values("[{\"inputs\": {\"a\": 1}}, {\"inputs\": null}, {\"inputs\": {\"a\": 3}}, ]") == [
                ["a": 1], [:], ["a": 3],
            ])
    }

    @Test(arguments: [
        ("", "in.json, line 1, column 1: the file of inputs is empty"),
        ("[]", "in.json, line 1, column 1: the list of runs is empty"),
        ("3", "in.json, line 1, column 1: a run is an object of values by name, not of type number"),
        (
            "[{\"inputs\": {}},\n 4]",
            "in.json, line 2, column 2: a run is an object of values by name, not of type number"
        ),
        ("{\"a\": }", "in.json, line 1, column 7: expected a value but found '}'"),
        (
            "{\"filetype\": \"sinterconfig\", \"version\": 0.2}",
            "in.json, line 1, column 2: the filetype is \"sinterconfig\", and \"sinterinputs\" is expected"
        ),
        (
            "{\"filetype\": \"sinterinputs\", \"version\": 0.3}",
            "in.json, line 1, column 30: the version of the inputs is 0.3, and 0.2 is what is understood"
        ),
        (
            "{\"filetype\": \"sinterinputs\", \"version\": 0.2}",
            "in.json, line 1, column 1: the field \"inputs\" is missing or no object"
        ),
        (
            "{\"filetype\": \"sinterinputs\", \"version\": 0.2, \"inputs\": {\"a\": 1}}",
            "in.json, line 1, column 57: a: an input with units is written {\"value\": 1.5, \"units\": \"degC\"}"
        ),
        (
            "{\"filetype\": \"sinterinputs\", \"version\": 0.2, \"inputs\": {\"a\": {\"value\": 1, \"units\": 2}}}",
            "in.json, line 1, column 57: a: units are a text or null, not of type number"
        ),
    ])
    func whatIsNoRunIsPlaced(_ text: String, _ message: String) {
        let error = #expect(throws: SinterError.self) { try values(text) }
        #expect(error?.description == message)
    }

    @Test func tablesAreRunsARow() throws {
        let text = "feed.T, split[0] ,label,split\r\n30,,\"a, b\",\n,7,,\"[1, 2, 3]\"\n"
        let runs = try SinterRun.readCSV(Array(text.utf8), file: "in.csv")
        let configuration = try Sample.configuration()
        let prepared = try runs.map { run in try configuration.prepare(run) }
        #expect(prepared.map { $0.value("feed.T") } == [.double(30), .double(25)])
        #expect(prepared.map { $0.value("label") } == [.string("a, b"), .string("base")])
        #expect(prepared.map { $0.value("split") } == [.doubles([0.5, 0.25, 0.25]), .doubles([1, 2, 3])])
    }

    @Test(arguments: [
        ("", "in.csv, line 1, column 1: the file is empty; its first line must name the inputs"),
        ("a\n", "in.csv, line 1, column 1: there is no run below the names of the inputs"),
        ("a,\n1,2\n", "in.csv, line 1, column 3: the column has no name"),
        ("a,b\n1\n", "in.csv, line 2, column 1: the row has 1 cells, and the header 2"),
        (
            "a\n[1\n",
            "in.csv, line 2, column 1: a: the cell begins like a list but is none: expected ',' or ']' but found the end of the text"
        ),
        ("a\n\"1\n", "in.csv, line 2, column 1: the quote that opens here is never closed"),
    ])
    func whatIsNoTableIsPlaced(_ text: String, _ message: String) {
        let error = #expect(throws: SinterError.self) { try SinterRun.readCSV(Array(text.utf8), file: "in.csv") }
        #expect(error?.description == message)
    }

    @Test func aCellThatIsNoNumberIsPlaced() throws {
        let run = try SinterRun.readCSV(Array("label,feed.T\nx,warm\n".utf8), file: "in.csv")[0]
        let error = #expect(throws: SinterError.self) { try Sample.configuration().prepare(run) }
        #expect(error?.description == "in.csv, line 2, column 3: feed.T: the text \"warm\" is not a number")
    }

    @Test func defaultsMustBeWhole() throws {
        let configuration = try Sample.configuration()
        let whole: JSON = [
            "macro": "M", "FEED.t": 1, "feed.flow": 2, "split": [1, 2, 3], "stages": 5, "label": "l", "other": 1,
        ]
        let (changed, warnings) = try configuration.withDefaults(try SinterRun(whole))
        #expect(
            try changed.prepare(SinterRun()).assignments.map(\.value) == [
                .string("M"), .double(1), .double(2), .doubles([1, 2, 3]), .int(5), .string("l"),
            ])
        #expect(warnings.map(\.variable) == ["other"])
        let error = #expect(throws: SinterError.self) {
            try configuration.withDefaults(try SinterRun(["feed.T": 1, "stages": "x"]))
        }
        #expect(error?.errors.map(\.variable) == ["stages", "macro", "feed.flow", "split", "label"])
    }

    @Test(arguments: [false, true]) func writtenDefaultsReadBack(withUnits: Bool) throws {
        let configuration = try Sample.configuration()
        let text = configuration.defaultsDocument(withUnits: withUnits).serialized(pretty: true)
        let runs = try SinterRun.read(text, file: "defaults.json")
        #expect(runs.count == 1)
        let values = try configuration.prepare(runs[0]).assignments.map(\.value)
        let expected = try configuration.prepare(SinterRun()).assignments.map(\.value)
        #expect(values == expected)
        #expect(try configuration.withDefaults(runs[0]).0.variables == configuration.variables)
    }
}
