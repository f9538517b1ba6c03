import JSONKit
import Testing

@testable import Sinter

@Suite struct ProgramOutputTests {
    private static let kinds =
        ProgramSample.output("level", "out.level", "double") + ", " + ProgramSample.output("profile", "p", "double[2]")
        + ", " + ProgramSample.output("n", "list[1].n", "int") + ", " + ProgramSample.output("note", "note", "string")

    private func read(
        _ bytes: String, _ program: String, _ outputs: String, times: [Double]? = nil
    ) throws -> [String: SinterValue] {
        let configuration = try ProgramSample.configuration(program, outputs: outputs)
        return try configuration.program!.outputs(Array(bytes.utf8), of: configuration, times: times)
    }

    private func refusals(_ bytes: String, _ program: String, _ outputs: String) throws -> [String] {
        do {
            _ = try read(bytes, program, outputs)
            return []
        } catch let error as SinterError {
            return error.errors.map(\.description)
        }
    }

    // MARK: JSON

    @Test func jsonHasValuesAtPaths() throws {
        let text = #"{"out": {"level": 2}, "p": [1, 2.5], "list": [0, {"n": 3.0}], "note": "ok", "more": null}"#
        let values = try read(text, "{}", Self.kinds)
        #expect(values == ["level": .double(2), "profile": .doubles([1, 2.5]), "n": .int(3), "note": .string("ok")])
    }

    @Test(arguments: [
        (
            #"{"out": {"levl": 2}, "p": [1, 2]}"#, "level",
            "outputs.json, line 1, column 2: level: there is no 'out.level'"
        ),
        ("{\"out\":\n {\"level\": null}}", "level", "outputs.json, line 2, column 3: level: null is no value; Octave"),
        (#"{"out": {"level": NaN}}"#, "level", "NaN is no value to calculate with"),
        (#"{"out": {"level": -Infinity}}"#, "level", "an infinite number is no value"),
        (#"{"out": {"level": "high"}}"#, "level", #"the text "high" is not a number"#),
        (#"{"out": {"level": true}}"#, "level", "a number or a text is needed, not a value of type boolean"),
        (#"{"out": {"level": [1]}}"#, "level", "a number or a text is needed, not a value of type array"),
        (#"{"p": [1, 2, 3]}"#, "profile", "column 2: profile: a list of 2 values is needed, not of 3"),
        (#"{"p": 1}"#, "profile", "a list of 2 values is needed"),
        (#"{"p": [1, "x"]}"#, "profile", "element 1: the text"),
        (#"{"list": [0, {"n": 3000000000}]}"#, "n", "beyond the range of an int"),
    ])
    func whatIsNoValueIsToldByNameAndPlace(text: String, variable: String, message: String) throws {
        let found = try refusals(text, "{}", Self.kinds)
        #expect(found.contains { $0.contains(message) && $0.contains(variable) }, "\(found)")
    }

    @Test func whatIsNoJSONIsToldWithItsPlace() throws {
        #expect(
            try refusals("{\"a\": 1,\n oops}", "{}", Self.kinds).first?.hasPrefix("outputs.json, line 2, column 2: ")
                == true)
        #expect(try refusals(" \n", "{}", Self.kinds) == ["the program wrote nothing to outputs.json"])
    }

    @Test func oneElementOfOctaveIsAVector() throws {
        let values = try read(#"{"v": 5}"#, "{}", ProgramSample.output("v", "v", "double[1]"))
        #expect(values == ["v": .doubles([5])])
    }

    // MARK: CSV

    private let csv = #"{"output": {"format": "csv"}}"#

    @Test func csvHasTheLastLineOrWholeColumns() throws {
        let outputs =
            ProgramSample.output("T", "T", "double") + ", " + ProgramSample.output("v", "v", "int[2]") + ", "
            + ProgramSample.output("all", "T", "double[3]") + ", " + ProgramSample.output("s", "s", "string")
        let values = try read("T,v[0],v[1],s\r\n1,2,3,a\r\n4,5,6,\"b, c\"\r\n 7 ,8,9.0,d\r\n", csv, outputs)
        #expect(
            values == [
                "T": .double(7), "v": .vector([.int(8), .int(9)]), "all": .doubles([1, 4, 7]), "s": .string("d"),
            ])
    }

    @Test(arguments: [(" ", "  T   P\n\n 1.0D+02\t.5 \n"), (";", "T;P\n1.0d2; .5"), ("\t", "T\tP\n+1.E+2\t5e-1\n")])
    func tablesOfOtherProgramsAreRead(separator: String, text: String) throws {
        let program = #"{"output": {"format": "csv", "separator": "SEPARATOR"}}"#.replacing(
            "SEPARATOR", with: separator == "\t" ? "\\t" : separator)
        let outputs = ProgramSample.output("T", "T", "double") + ", " + ProgramSample.output("P", "P", "double")
        #expect(try read(text, program, outputs) == ["T": .double(100), "P": .double(0.5)])
    }

    @Test(arguments: [
        ("T,P\n1,2", "outputs.csv, line 1, column 1: X: there is no column 'X'"), ("X\n", "no line of values"),
        ("X\nabc", "outputs.csv, line 2, column 1: X: 'abc' is not a number"),
        ("A,X\n1,nan", "column 3: X: NaN is no value"),
        ("A,X\n1", "line 2, column 1: X: the line has 1 cells and none below 'X'"), ("", "wrote nothing"),
        ("X\n\"", "outputs.csv, line 2, column 1: the quote"), ("A,X\n1,", "there is nothing where a number should be"),
        ("X\n******", "'******' is not a number"),
    ])
    func whatIsWrongWithATableIsToldByNameAndPlace(text: String, message: String) throws {
        let found = try refusals(text, csv, ProgramSample.output("X", "X", "double"))
        #expect(found.count == 1 && found[0].contains(message), "\(found)")
    }

    @Test func aColumnMustHaveTheLengthOfItsVector() throws {
        let found = try refusals("X\n1\n2", csv, ProgramSample.output("X", "X", "double[3]"))
        #expect(found == ["outputs.csv, line 2, column 1: X: 3 elements are needed, and there are 2 lines"])
    }

    @Test(arguments: [
        ("csv", "x,y[0],y[1]\n1,2,3\n4,5,6\n7,8,9\n"),
        ("json", #"{"x": [1, 4, 7], "y": [[2, 3], [5, 6], [8, 9]]}"#),
    ])
    func seriesHaveAValueForEachTime(format: String, text: String) throws {
        let configuration = try ProgramSample.parsed(
            ProgramSample.text(#"{"output": {"format": "\#(format)"}}"#, outputs: "", dynamic: ProgramSample.series))
        let program = try #require(configuration.program)
        let values = try program.outputs(Array(text.utf8), of: configuration, times: [0, 1, 2])
        #expect(values["x"] == .series([.double(1), .double(4), .double(7)]))
        #expect(values["y"] == .series([.doubles([2, 3]), .doubles([5, 6]), .doubles([8, 9])]))
        #expect(throws: SinterError.self) { try program.outputs(Array(text.utf8), of: configuration, times: [0, 1]) }
    }

    // MARK: patterns

    private let regex = #"{"output": {"format": "regex", "file": "run.log"}}"#
    private let log = """
        iteration 1: level =  9.0
        iteration 2: level = -1.5D-03  ok
        profile:  1.0, 2.0
        T(1) = 300.0
        T(2) = 310.0
        stages    7

        """

    @Test func patternsFindTheLastMatchOrAll() throws {
        let outputs = [
            ProgramSample.output("level", #"level =\s*(\S+)"#, "double"),
            ProgramSample.output("profile", "profile:(.*)", "double[2]"),
            ProgramSample.output("T", #"T\(\d\) = (\S+)"#, "double[2]"),
            ProgramSample.output("n", #"stages\s+(\d+)"#, "int"), ProgramSample.output("s", "D-03(.*)$", "string"),
        ].joined(separator: ", ")
        #expect(
            try read(log, regex, outputs) == [
                "level": .double(-0.0015), "profile": .doubles([1, 2]), "T": .doubles([300, 310]), "n": .int(7),
                "s": .string("ok"),
            ])
    }

    @Test(arguments: [
        ("pressure = (.*)", "double", "X: nothing in run.log matches its pattern 'pressure = (.*)'"),
        ("ok(x)?", "double", "nothing in run.log matches"),
        ("level = (.*)", "double", "run.log, line 2, column 22: X: '-1.5D-03  ok' is not a number"),
        ("profile:(.*)", "double[3]", "run.log, line 3, column 9: X: 3 values are needed, and the match has 2"),
        (#"T\(\d\) = (\S+)"#, "double[3]", "3 matches are needed, one for each element, and there are 2"),
    ])
    func whatIsNotFoundIsToldByName(pattern: String, type: String, message: String) throws {
        let found = try refusals(log, regex, ProgramSample.output("X", pattern, type))
        #expect(found.count == 1 && found[0].contains(message), "\(found)")
    }

    @Test(arguments: [
        ("1", 1.0), ("+1.5", 1.5), ("1.", 1), (".5", 0.5), ("-.5e1", -5), ("1.5D-05", 1.5e-5), ("1d3", 1000),
        ("0.15-102", 0.15e-102), ("1E+3", 1000), ("-0.25+003", -250), ("", nil), (".", nil), ("-", nil), ("1 2", nil),
        ("0x10", nil), ("1e", nil), ("abc", nil), ("1.2.3", nil), (".e5", nil), ("--1", nil),
    ])
    func numbersOfFortranAreNumbers(text: String, value: Double?) {
        #expect(ProgramText.number(text) == value)
    }
}
