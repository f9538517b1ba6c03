import JSONKit
import Testing
import TextKit

@testable import Sinter

@Suite struct ConfigurationTests {
    @Test func version3IsReadWhole() throws {
        let read = try Sample.configuration()
        #expect(read.format == .version3)
        #expect(
            (read.title, read.description, read.author, read.date, read.version) == (
                "Tank", "", "A. Tester", "May 2026", "1.2"
            ))
        #expect(read.application == SimulatorApplication(name: "Excel", version: "16.0", constraint: .atLeast))
        #expect(read.model == .init(path: "tank.xlsx", sha1: "ab01"))
        #expect(read.inputFiles == [.init(path: "data/curves.csv")])
        #expect(read.simulator == .excel)
        #expect(read.warnings == [])
        #expect(
            read.variables.map(\.name) == [
                "macro", "feed.T", "feed.flow", "split", "stages", "label", "level", "profile", "note",
            ])
        #expect(read.variables(.setting).map(\.defaultValue) == [.string("Main")])
        let flow = try #require(read.variable("FEED.Flow"))
        #expect(flow.paths == ["Feed$C$3", "Cost$B$9"])
        #expect((flow.units, flow.description, flow.defaultValue) == ("kg/hr", nil, .double(3.5)))
        #expect(flow.place == SourcePlace(file: "tank.json", line: 10, column: 5))
        let split = try #require(read.variable("split"))
        #expect(split.type == VariableType(.double, count: 3))
        #expect(split.defaultValue == .doubles([0.5, 0.25, 0.25]))
        #expect(read.variable("feed.t")?.minimum == .double(0))
        #expect(read.variable("level")?.defaultValue == nil)
    }

    @Test func version2IsToldByItsKeys() throws {
        let text = """
            {"title": "t", "description": "", "author": "", "date": "", "filetype": "sinterconfig", "version": 0.2,
             "aspenfile": "sub\\\\flash.bkp", "inputs": {"x": {"path": ["\\\\Data\\\\X"], "type": "double", "default": 1,
             "description": "", "units": "", }, }, /* the end */ }
            """
        let read = try Sample.configuration(text)
        #expect(read.format == .version2)
        #expect((read.version, read.model.path, read.application) == ("0.0", "sub/flash.bkp", nil))
        #expect((read.simulator, read.modelKey) == (.aspenPlus, "aspenfile"))
        #expect(read.variable("x")?.paths == ["\\Data\\X"])
        #expect(
            try Sample.configuration(
                text.replacing("aspenfile", with: "spreadsheet").replacing("flash.bkp", with: "a.XLSX").replacing(
                    "Data\\\\X", with: "Data$X")
            ).simulator == .excel)
        #expect(Sample.refusal(text.replacing("0.2", with: "0.25")).count == 1)
        #expect(Sample.refusal(text.replacing("\"sinterconfig\"", with: "\"SinterConfig\"")).count == 1)
        #expect(
            Sample.refusal(text.replacing("aspenfile", with: "file")) == [
                "tank.json, line 1, column 1: the model's file is missing: one of the fields \"aspenfile\", \"spreadsheet\", \"model\""
            ])
    }

    @Test func emptyConfigurationsAreErrors() {
        #expect(Sample.refusal("") == ["tank.json, line 1, column 1: the configuration is empty"])
        #expect(Sample.refusal(" // nothing\n").count == 1)
        #expect(Sample.refusal("{}").contains("tank.json, line 1, column 1: the field \"title\" is missing"))
        #expect(
            Sample.refusal("[1]") == ["tank.json, line 1, column 1: a configuration is an object, not of type array"])
    }

    @Test(arguments: [
        (
            "\"type\": \"int\"", "\"type\": \"itn\"",
            "tank.json, line 12, column 38: stages: the type \"itn\" is not known; did you mean 'int'?. Types: int, double, string, and vectors such as double[3]"
        ),
        (
            "\"default\": 25", "\"defualt\": 25",
            "tank.json, line 9, column 5: feed.T: the field \"default\" is missing; is \"defualt\" meant to be it?"
        ),
        (
            "\"default\": 25", "\"default\": true",
            "tank.json, line 9, column 56: feed.T: the default does not fit the type double: a number or a text is needed, not a value of type boolean"
        ),
        (
            "\"default\": [0.5, 0.25, 0.25]", "\"default\": [0.5, 0.25]",
            "tank.json, line 11, column 58: split: the default does not fit the type double[3]: a list of 3 values is needed, not of 2"
        ),
        (
            "\"default\": [0.5, 0.25, 0.25]", "\"default\": 0.5",
            "tank.json, line 11, column 58: split: the default does not fit the type double[3]: a list of 3 values is needed, not one of type number"
        ),
        (
            "\"default\": 4,", "\"default\": 1e10,",
            "tank.json, line 12, column 53: stages: the default does not fit the type int: 10000000000 is beyond the range of an int (32 bits)"
        ),
        (
            "\"default\": 3.5", "\"default\": NaN",
            "tank.json, line 10, column 71: feed.flow: the default does not fit the type double: NaN is no value to calculate with"
        ),
        (
            "Feed$C$2", "FeedC2",
            "tank.json, line 9, column 5: feed.T: the address 'FeedC2' is not of the form Sheet$Column$Row, as in Sheet1$C$2"
        ),
        (
            "[\"Feed$C$2\"]", "[]",
            "tank.json, line 9, column 16: feed.T: the field \"path\" must name at least one place"
        ),
        (
            "[\"Feed$C$2\"]", "\"Feed$C$2\"",
            "tank.json, line 9, column 16: feed.T: the field \"path\" must be a list, not of type string"
        ),
        (
            "\"feed.flow\"", "\"FEED.t\"",
            "tank.json, line 10, column 5: FEED.t: 'feed.T', the same name but for case, is described already in line 9"
        ),
        (
            "\"note\"", "\"Status\"",
            "tank.json, line 18, column 5: Status: the outputs' status is that of the run; choose another name"
        ),
        ("\"tank.xlsx\"", "\"tank.bkp\"", "the application is Excel, but the model tank.bkp is for Aspen Plus"),
        (
            "at-least", "sometimes",
            "tank.json, line 6, column 55: the constraint \"sometimes\" is none of ANY, AT-LEAST, REQUIRED, RECOMMENDED"
        ),
        (
            "\"units\": \"degC\"", "\"units\": 7",
            "tank.json, line 9, column 90: feed.T: the field \"units\" must be a text or null, not of type number"
        ),
    ])
    func mistakesAreToldWithVariableAndPlace(_ old: String, _ new: String, _ message: String) {
        #expect(Sample.refusal(Sample.version3.replacing(old, with: new)) == [message])
    }

    @Test func allMistakesAreToldAtOnce() {
        let text = Sample.version3.replacing("\"type\": \"int\"", with: "\"type\": \"real\"")
            .replacing("\"title\": \"Tank\", ", with: "").replacing("Feed$C$2", with: "Feed$")
        #expect(Sample.refusal(text).count == 3)
    }

    @Test func syntaxErrorsHaveTheirPlaceInTheOriginal() {
        #expect(
            Sample.refusal("\u{FEFF}/* a\n b */ {\"a\":\n  1 2}") == [
                "tank.json, line 3, column 5: expected ',' or '}' but found '2'"
            ])
    }

    @Test(arguments: [
        (
            "\"filetype\": \"sinterconfig\"", "\"filetype\": \"other\"",
            "tank.json, line 5, column 3: the filetype is \"other\", not \"sinterconfig\""
        ),
        (
            "\"filetype-version\": 0.3", "\"filetype-version\": 0.4",
            "tank.json, line 5, column 31: the version of the format is 0.4, and 0.3 is what is understood"
        ),
        (
            "\"units\": \"degC\"", "\"unit\": 1, \"units\": \"degC\"",
            "tank.json, line 9, column 90: feed.T: the field \"unit\" means nothing here; did you mean 'units'?"
        ),
        (
            "[0.5, 0.25, 0.25]", "[0.5, 0.25, 0.25, 9]",
            "tank.json, line 11, column 58: split: the default has 4 values, of which the first 3 count"
        ),
        (
            "\"name\": \"Excel\"", "\"name\": \"Exel\"",
            "tank.json, line 6, column 19: the application \"Exel\" is not known; did you mean 'Excel'?"
        ),
    ])
    func odditiesAreWarnings(_ old: String, _ new: String, _ message: String) throws {
        #expect(try Sample.configuration(old, new).warnings.map(\.description) == [message])
    }

    @Test func theDefaultThatIsTooLongIsCut() throws {
        let read = try Sample.configuration("[0.5, 0.25, 0.25]", "[0.5, 0.25, 0.25, 9]")
        #expect(read.variable("split")?.defaultValue == .doubles([0.5, 0.25, 0.25]))
    }

    @Test func aVariableDescribedTwiceCountsOnce() throws {
        let read = try Sample.configuration("\"stages\": {", "\"feed.T\": {")
        #expect(
            read.warnings.map(\.description) == [
                "tank.json, line 12, column 5: feed.T: it is described twice; the last description counts"
            ])
        #expect(read.variable("feed.T")?.type == VariableType(.int))
    }

    @Test func windowsEncodingsAreRead() throws {
        var utf16: [UInt8] = [0xFF, 0xFE]
        for unit in Sample.version3.utf16 { utf16 += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        #expect(try SinterConfiguration.read(utf16, file: "a").title == "Tank")
        let latin = Array(Sample.version3.replacing("A. Tester", with: "A. T\u{1}ster").utf8).map {
            $0 == 1 ? 0xE9 : $0
        }
        let read = try SinterConfiguration.read(latin, file: "tank.json")
        #expect(read.author == "A. T\u{FFFD}ster")
        #expect(
            read.warnings.map(\.description) == ["tank.json is not UTF-8; what could not be read is shown as \u{FFFD}"])
    }

    @Test(arguments: [
        ("double", VariableType(.double)), (" int [ 3 ] ", VariableType(.int, count: 3)),
        ("string[1]", VariableType(.string, count: 1)),
        ("Double", nil), ("double[]", nil), ("double[0]", nil), ("double[-1]", nil), ("double[2,2]", nil),
        ("double[2][2]", nil),
        ("table", nil), ("", nil), ("double[+2]", nil), ("double[99999999999]", nil),
    ])
    func typesHaveAGrammar(_ text: String, _ type: VariableType?) { #expect(VariableType(text) == type) }

    @Test func tablesAreCheckedAndKnown() throws {
        let table = """
            "outputTables": {"t": {"description": "d", "rows": ["a"], "columns": ["x", "y"], "contents": [["level", "CELL"]]}},
              "outputs": {
            """
        let text = Sample.version3.replacing("\"outputs\": {", with: table)
        #expect(
            try Sample.configuration(text.replacing("CELL", with: "note")).tables.map(\.cells) == [[["level", "note"]]])
        #expect(
            Sample.refusal(text.replacing("CELL", with: "nota")) == [
                "tank.json, line 15, column 84: t: there is no variable 'nota'; did you mean 'note'?"
            ])
        #expect(Sample.refusal(text.replacing("CELL", with: "feed.T"))[0].hasSuffix("'feed.T' is not a single output"))
        #expect(
            Sample.refusal(text.replacing(", \"CELL\"", with: ""))[0].hasSuffix(
                "the contents must be 1 lists of 2 names of variables"))
    }
}
