import JSONKit
import Testing
import TextKit

@testable import Sinter

@Suite struct TextFormatTests {
    static let text = """
        # A tank
        file  | tank.xlsm
        title | Tank
        author| A. Tester

        macro   | input  | string    | to run    | setting(macro)
        feed.T  | input  | double    | a feed    | Feed$C$2 | Feed$D$2
        split   | input  | double[3] | fractions | Feed$A$6
        \u{20}stages | input | int | trays | Feed$C$4
        level   | output | double    | of liquid | Out$B$1
        ----------------
        default | macro | Main
        default | FEED.t | 25.5
        default | split | 0.5
                          0.25
                          0.125
        default | stages | 4
        limits  | feed.T | 0 | 100
        min     | split | 0
                          0
                          0
        max     | stages | 9
        """

    @Test func statementsAreRead() throws {
        let read = try Sample.configuration(Self.text)
        #expect(
            (read.format, read.title, read.author, read.date, read.model.path) == (
                .text, "Tank", "A. Tester", "", "tank.xlsm"
            ))
        #expect(read.variables.map(\.role) == [.setting, .input, .input, .input, .output])
        #expect(
            read.variables.map(\.defaultValue) == [
                .string("Main"), .double(25.5), .doubles([0.5, 0.25, 0.125]), .int(4), nil,
            ])
        let feed = try #require(read.variable("feed.T"))
        #expect(feed.paths == ["Feed$C$2", "Feed$D$2"])
        #expect((feed.minimum, feed.maximum, feed.units) == (.double(0), .double(100), nil))
        #expect(feed.place?.description == "tank.json, line 7, column 1")
        #expect(read.variable("stages")?.place?.column == 2)
        #expect(read.variable("split")?.minimum == .doubles([0, 0, 0]))
        #expect(read.variable("stages")?.maximum == .int(9))
        #expect(try read.prepare(SinterRun()).assignments.count == 4)
    }

    @Test func lineEndsOfWindowsDoNotCount() throws {
        let onWindows = try Sample.configuration("\u{FEFF}" + Self.text.replacing("\n", with: "\r\n"))
        let here = try Sample.configuration(Self.text)
        #expect(onWindows.variables == here.variables)
    }

    /// Zero would be written into the model, which nobody asked for.
    @Test func anInputWithoutADefaultMustBeGiven() throws {
        let read = try Sample.configuration(
            Self.text.replacing("default | stages | 4\n", with: "").replacing("default | macro | Main\n", with: ""))
        let error = #expect(throws: SinterError.self) { try read.prepare(SinterRun()) }
        #expect(error?.errors.map(\.description) == ["stages: it has no default and is not given"])
        let bare = try Sample.configuration(Self.text.replacing("default | ", with: "# "))
        let all = #expect(throws: SinterError.self) { try bare.prepare(try SinterRun(["split": [1]])) }
        #expect(all?.errors.map(\.variable) == ["split", "feed.T", "stages"])
        let run = try read.prepare(try SinterRun(["stages": 3]))
        #expect(run.assignments.map(\.variable.name) == ["feed.T", "split", "stages"])
    }

    @Test(arguments: [
        ("file  | tank.xlsm\n", "", "tank.json, line 1, column 1: no line 'file | NAME' names the model's file"),
        (
            "default | stages | 4", "default | stage | 4",
            "tank.json, line 17, column 1: there is no variable 'stage' above this line; did you mean 'stages'?"
        ),
        (
            "default | stages | 4", "default | stages | four",
            "tank.json, line 17, column 1: stages: the default does not fit the type int: the text \"four\" is not a whole number of 32 bits"
        ),
        (
            "                  0.125\n", "",
            "tank.json, line 14, column 1: split: the default does not fit the type double[3]: a list of 3 values is needed, not of 2"
        ),
        (
            "limits  | feed.T | 0 | 100", "limits  | feed.T | 0",
            "tank.json, line 18, column 1: feed.T: limits are for a single number: limits | NAME | MIN | MAX"
        ),
        (
            "| int |", "| real |",
            "tank.json, line 9, column 19: stages: the type 'real' is not known. Types: int, double, string, table, and vectors such as double[3]"
        ),
        (
            "title | Tank", "titel | Tank",
            "tank.json, line 3, column 1: the line means nothing: a variable has five fields, NAME | input or output | TYPE | DESCRIPTION | PATH; did you mean 'title'?"
        ),
        (
            "title | Tank", "dir | C:\\x",
            "tank.json, line 3, column 1: 'dir' is not accepted: the model is looked for beside the configuration"
        ),
        (
            "setting(macro)", "setting(makro)",
            "tank.json, line 6, column 44: macro: the setting 'makro' must be named 'makro' here too"
        ),
        (
            "level   | output | double    | of liquid | Out$B$1", "STAGES | output | double | x | Out$B$1",
            "tank.json, line 10, column 1: STAGES: 'stages', the same name but for case, is described already in line 9"
        ),
    ])
    func mistakesAreToldWithTheirLine(_ old: String, _ new: String, _ message: String) {
        #expect(Self.text.contains(old))
        #expect(Sample.refusal(Self.text.replacing(old, with: new)) == [message])
    }

    @Test func tablesBecomeCells() throws {
        let table = """
            file | m.bkp
            t | output | table[2,2] | profile | \\Data\\%r\\Out\\%c
            in | input | table | feed | \\In\\%c
            cLabels | t | Temperature | Pressure
            cStrings | t | TEMP | PRES
            rStrings | t | 1 | 2
            rStrings | in | a
            cStrings | in | X | Y
            cLables | in | x | y
            default | in | 1.5 | 2.5
            """
        let read = try Sample.configuration(table)
        #expect(read.variables.map(\.name) == ["in[0,0]", "in[0,1]", "t[0,0]", "t[0,1]", "t[1,0]", "t[1,1]"])
        #expect(read.variable("T[1,0]")?.paths == ["\\Data\\2\\Out\\TEMP"])
        #expect(read.variable("t[0,1]")?.description == "profile, 1 Pressure")
        #expect(read.tables.map(\.columns) == [["Temperature", "Pressure"], ["x", "y"]])
        #expect(
            read.warnings.map(\.description) == ["tank.json, line 9, column 1: in: 'cLables' is taken for 'cLabels'"])
        let run = try read.prepare(try SinterRun(["in[0,1]": 4]))
        #expect(run.assignments.map(\.value) == [.double(1.5), .double(4)])
        #expect(
            Sample.refusal("file | m.bkp\nt | output | table | p | %r%c\n") == [
                "tank.json, line 2, column 1: t: the table needs lines 'rStrings | t | …' and 'cStrings | t | …'"
            ])
    }
}
