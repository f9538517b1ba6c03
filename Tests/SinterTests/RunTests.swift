import JSONKit
import Testing
import TextKit

@testable import Sinter

@Suite struct RunTests {
    private func prepare(_ json: JSON, _ configuration: SinterConfiguration? = nil) throws -> PreparedRun {
        try (configuration ?? Sample.configuration()).prepare(try SinterRun(json))
    }

    /// What is wrong with a run, a line each.
    private func refusal(_ text: String) throws -> [String] {
        let configuration = try Sample.configuration()
        do throws(SinterError) {
            for run in try SinterRun.read(Array(text.utf8), file: "in.json") { _ = try configuration.prepare(run) }
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }

    @Test(arguments: [[:], nil] as [JSON]) func whatIsNotGivenHasItsDefault(_ json: JSON) throws {
        let run = try prepare(json)
        #expect(run.assignments.map(\.variable.name) == ["macro", "feed.T", "feed.flow", "split", "stages", "label"])
        #expect(
            run.assignments.map(\.value) == [
                .string("Main"), .double(25), .double(3.5), .doubles([0.5, 0.25, 0.25]), .int(4), .string("base"),
            ])
        let areDefaults = run.assignments.allSatisfy(\.isDefault)
        #expect(areDefaults)
        #expect(run.times == nil)
    }

    /// A run starts from the defaults, whatever another has set.
    @Test func runsDoNotCarryOver() throws {
        let configuration = try Sample.configuration()
        #expect(try prepare(["feed.T": 90], configuration).value("feed.T") == .double(90))
        #expect(try prepare(["stages": 5], configuration).value("feed.T") == .double(25))
    }

    @Test func namesAreFoundInAnyCase() throws {
        #expect(try prepare(["FEED.t": 30, "MACRO": "Other"]).value("feed.T") == .double(30))
        #expect(try prepare(["MACRO": "Other"]).assignments(.setting).map(\.value) == [.string("Other")])
    }

    @Test(
        arguments: [
            ("feed.T", 7, .double(7)), ("feed.T", 7.5, .double(7.5)), ("feed.T", " 7.5e1 ", .double(75)),
            ("stages", 3.0, .int(3)), ("stages", 2.5, .int(2)), ("stages", 3.5, .int(4)), ("stages", "5", .int(5)),
            ("label", "x", .string("x")), ("label", 3, .string("3")), ("label", 2.0, .string("2")),
            ("label", 0.25, .string("0.25")),
            ("split", [1, "2", 3.5], .doubles([1, 2, 3.5])), ("split[1]", 6, .doubles([0.5, 6, 0.25])),
            ("SPLIT[ 2 ]", 0, .doubles([0.5, 0.25, 0])),
        ] as [(String, JSON, SinterValue)])
    func valuesAreConvertedToTheirTypes(_ name: String, _ json: JSON, _ value: SinterValue) throws {
        let variable = name.split(separator: "[")[0]
        #expect(try prepare([name: json]).value(String(variable)) == value)
    }

    @Test func elementsAreSetInTheOrderGiven() throws {
        #expect(try prepare(["split": [1, 2, 3], "split[0]": 9]).value("split") == .doubles([9, 2, 3]))
        #expect(try prepare(["split[0]": 9, "split[2]": 8]).value("split") == .doubles([9, 0.25, 8]))
    }

    @Test(arguments: [
        ("{\"feed.t\": true}", "feed.t: a number or a text is needed, not a value of type boolean"),
        ("{\"feed.t\": null}", "feed.t: a number or a text is needed, not a value of type null"),
        ("{\"feed.t\": NaN}", "feed.t: NaN is no value to calculate with"),
        ("{\"feed.t\": -Infinity}", "feed.t: an infinite number is no value to calculate with"),
        ("{\"feed.t\": \"nan\"}", "feed.t: NaN is no value to calculate with"),
        ("{\"feed.t\": \"warm\"}", "feed.t: the text \"warm\" is not a number"),
        ("{\"feed.t\": \"0x10\"}", "feed.t: the text \"0x10\" is not a number"),
        ("{\"feed.t\": [1]}", "feed.t: a number or a text is needed, not a value of type array"),
        ("{\"stages\": 3e9}", "stages: 3000000000 is beyond the range of an int (32 bits)"),
        ("{\"stages\": \"3.5\"}", "stages: the text \"3.5\" is not a whole number of 32 bits"),
        ("{\"split\": [1, 2]}", "split: a list of 3 values is needed, not of 2"),
        ("{\"split\": [1, 2, 3, 4]}", "split: a list of 3 values is needed, not of 4"),
        ("{\"split\": 1}", "split: a list of 3 values is needed, not one of type number"),
        ("{\"split\": [1, {}, 3]}", "split: element 1: a number or a text is needed, not a value of type object"),
        ("{\"split[3]\": 1}", "split[3]: split has 3 elements, from 0 to 2"),
        ("{\"split[0,0]\": 1}", "split[0,0]: split is of type double[3] and has no such element"),
        ("{\"feed.T[0]\": 1}", "feed.T[0]: feed.T is of type double and has no such element"),
        ("{\"split[-1]\": 1}", "split[-1]: behind a name there may be [index] or [row,column], of numbers from 0"),
        ("{\"split[1\": 1}", "split[1: behind a name there may be [index] or [row,column], of numbers from 0"),
        ("{\"fed.T\": 1}", "fed.T: this input is unknown; did you mean 'feed.T'?"),
        ("{\"pressure\": 1}", "pressure: this input is unknown. Is it the right configuration for these inputs?"),
        ("{\"level\": 1}", "level: it is an output, which a run cannot give"),
        ("{\"feed.T\": 1, \"FEED.T\": 2}", "FEED.T: it is given twice"),
        (
            "{\"feed.T\": {\"value\": 1, \"units\": \"K\"}}",
            "feed.T: a value with units is for inputs with \"filetype\": \"sinterinputs\" and \"version\": 0.2"
        ),
    ])
    func wrongValuesAreNamed(_ text: String, _ message: String) throws {
        let found = try refusal(text)
        #expect(found.count == 1)
        #expect(
            found.first.map { $0.hasPrefix("in.json, line 1, column ") && $0.hasSuffix(message) } == true, "\(found)")
    }

    @Test func everythingWrongIsToldWithItsPlace() throws {
        let text = """
            {"title": "", "filetype": "sinterinputs", "version": 0.2,
             "inputs": {
               "feed.T": {"value": 1, "units": "kg"},
               "split": {"value": [1], "units": null},
             }}
            """
        #expect(
            try refusal(text) == [
                "in.json, line 3, column 4: feed.T: 'kg' cannot be converted to 'degC': they measure different things",
                "in.json, line 4, column 4: split: a list of 3 values is needed, not of 1",
            ])
    }

    @Test func valuesInOtherUnitsAreConverted() throws {
        let run = try prepare([
            "filetype": "sinterinputs", "version": 0.2,
            "inputs": [
                "feed.T": ["value": 212, "units": "degF"], "feed.flow": ["value": 2, "units": "kg/hr"],
                "split": ["value": [1, 2, 3], "units": ""], "label": ["value": "x"],
            ],
        ])
        let temperature = try #require(run.assignments.first { $0.variable.name == "feed.T" })
        #expect((temperature.given, temperature.givenUnits) == (.double(212), "degF"))
        #expect(temperature.value == .double(100.00000000000004))
        #expect(!temperature.isDefault)
        #expect(run.value("feed.flow") == .double(2))
        #expect(run.assignments.first { $0.variable.name == "split" }?.givenUnits == nil)
        #expect(run.warnings.map(\.message) == ["100.00000000000004 is more than its maximum, 100.0"])
    }

    @Test(arguments: [
        ("split", "m", "it has no units in the configuration; the units 'm' cannot be minded"),
        ("stages", "m", "it has no units in the configuration; the units 'm' cannot be minded"),
        ("feed.flow", "lbmol/hr", "'lbmol/hr' cannot be converted to 'kg/hr': they measure different things"),
        ("feed.flow", "kgg", "the unit 'kgg' is not known"),
    ])
    func unitsThatDoNotFitAreRefused(_ name: String, _ units: String, _ message: String) throws {
        let value: JSON = name == "split" ? [1, 2, 3] : 1
        let json: JSON = [
            "filetype": "sinterinputs", "version": 0.2,
            "inputs": .object([name: ["value": value, "units": .string(units)]]),
        ]
        let error = #expect(throws: SinterError.self) { try prepare(json) }
        #expect(error?.errors.map(\.message) == [message])
    }

    @Test func wholeNumbersAreNotConverted() throws {
        let configuration = try Sample.configuration(
            "\"description\": \"\", \"units\": \"\", \"min\": 2", "\"description\": \"\", \"units\": \"m\", \"min\": 2")
        let json: JSON = [
            "filetype": "sinterinputs", "version": 0.2, "inputs": ["stages": ["value": 3, "units": "ft"]],
        ]
        let error = #expect(throws: SinterError.self) { try prepare(json, configuration) }
        #expect(error?.errors.map(\.message) == ["a value of type int is not converted; give it in 'm', not in 'ft'"])
    }

    /// The cells of a table go by their names, and by the table's.
    @Test func cellsOfTablesAreInputsToo() throws {
        let table = """
            "inputTables": {"t": {"description": "", "rows": ["a", "b"], "columns": ["x"], "contents": [["feed.T"], ["cell[0,1]"]]}},
              "outputs": {
            """
        let text = Sample.version3.replacing("\"outputs\": {", with: table)
            .replacing(
                "\"label\": {",
                with:
                    "\"cell[0,1]\": {\"path\": [\"A$A$1\"], \"type\": \"double\", \"default\": 1, \"description\": \"\", \"units\": \"\"}, \"label\": {"
            )
        let configuration = try Sample.configuration(text)
        #expect(try prepare(["cell[0,1]": 5], configuration).value("cell[0,1]") == .double(5))
        #expect(try prepare(["T[1, 0]": 6, "t[0,0]": 7], configuration).value("cell[0,1]") == .double(6))
        #expect(throws: SinterError.self) { try prepare(["t[0,1]": 6], configuration) }
    }

    @Test(
        arguments: [
            ("foo", "foo", []), ("baz[3,3]", "baz", [3, 3]), ("b[ 0 ]", "b", [0]),
        ] as [(String, String, [Int])])
    func namesMayHaveIndices(_ text: String, _ name: String, _ indices: [Int]) {
        let reference = VariableReference(text)
        #expect(reference?.name == name)
        #expect(reference?.indices == indices)
    }

    @Test(arguments: ["bay[-1, 3]", "bax[1, -3]", "a[1,2,3]", "a[]", "a[1", "a[1]b", "a[x]", "a[1.0]"])
    func otherIndicesAreNone(_ text: String) { #expect(VariableReference(text) == nil) }
}
