import JSONKit
import Testing
import TextKit

@testable import Sinter

@Suite struct ProgramReaderTests {
    @Test func aWholeDescriptionIsRead() throws {
        let configuration = try ProgramSample.configuration(
            """
            {"command": ["octave-cli", "--norc", "${model}", "${stages}"],
             "input": {"format": "csv", "file": "in\\\\case.csv"},
             "output": {"format": "csv", "file": "out.dat", "separator": " "}, "successStatuses": [0, 3],
             "warningPattern": "(?i)warning", "nonConvergencePattern": "no solution",
             "environment": {"OMP_NUM_THREADS": "1", "LIB": "${directory}/lib"}}
            """)
        let program = try #require(configuration.program)
        #expect(
            configuration.simulator == .program && configuration.modelKey == "model" && configuration.warnings == [])
        #expect(program.input == .csv(.file("in/case.csv")))
        #expect(program.outputFormat == .csv(.blanks) && program.output == .file("out.dat"))
        #expect(program.successStatuses == [0, 3] && program.usesModel)
        #expect(program.warningPattern?.description == "(?i)warning")
        let input = try ProgramSample.input(configuration)
        #expect(input.command == ["octave-cli", "--norc", "case.m", "4"])
        #expect(input.environment == ["OMP_NUM_THREADS": "1", "LIB": "/run/lib"])
    }

    @Test func withoutADescriptionTheModelIsRunAndToldByJSON() throws {
        let configuration = try ProgramSample.configuration(nil)
        #expect(configuration.program?.input == .json(.file("inputs.json")))
        #expect(configuration.program?.output == .file("outputs.json"))
        #expect(configuration.program?.ownProgram(model: "case.m") == nil)
        #expect(try ProgramSample.input(configuration).command == ["./case.m"])
        #expect(try Sample.configuration().program == nil)
    }

    @Test func aConfigurationOfFormat2IsForAProgramByItsDescription() throws {
        let text = ProgramSample.text("{}").replacing(
            #""application": {"name": "program", "version": "", "constraint": "ANY"},"#, with: ""
        )
        .replacing(#""model": {"file": "case.m"}"#, with: #""model": "case.xlsx""#)
        .replacing(#""filetype-version": 0.3"#, with: #""version": 0.2"#)
        #expect(try ProgramSample.parsed(text).simulator == .program)
    }

    @Test func stdinAndStdoutAreNoFiles() throws {
        let program = try ProgramSample.configuration(
            """
            {"command": ["solve"], "input": {"format": "template", "template": "case.in", "file": "stdin"},
             "output": {"format": "regex"}}
            """, outputs: ProgramSample.output("level", "level = (.*)", "double")
        ).program
        #expect(program?.input == .template(file: "case.in", .standardInput))
        #expect(program?.output == .standardOutput && program?.outputFormat == .regex)
        #expect(program?.templateFile == "case.in")
    }

    @Test(arguments: [
        (#"{"comand": ["x"]}"#, #"case.json, line 5, column 14: the field "comand" means nothing here"#),
        (#"{"command": ["x"], "input": {"fil": "a"}}"#, #"line 5, column 42: the field "fil" means nothing here"#),
        (#"{"input": {"format": "arguments", "file": "a"}}"#, #"the field "file" means nothing here"#),
        (#"{"output": {"format": "json", "separator": ";"}}"#, #"the field "separator" means nothing here"#),
        (#"{"command": []}"#, "the command names no program"), (#"{"command": "x"}"#, #""command" must be a list"#),
        (#"{"command": ["x", "${case"]}"#, "${ without a }"),
        (#"{"command": ["x", "${stages:%q}"]}"#, "%q is no format"),
        (
            #"{"command": ["x", "${fed.T}"]}"#,
            "${fed.T}: there is no input or setting of this name; did you mean 'feed.T'?"
        ),
        (#"{"command": ["x", "${level}"]}"#, "${level}: it is an output, which is not there yet"),
        (#"{"command": ["x", "${split[3]}"]}"#, "split has 3 elements, from 0 to 2"),
        (#"{"command": ["x", "${stages[0]}"]}"#, "stages is of type int and has no such element"),
        (#"{"command": ["x", "${label:%5d}"]}"#, "label is a text"),
        (#"{"input": {"format": "jsn"}}"#, #"the format "jsn" of inputs is none of json, csv, template, arguments"#),
        (#"{"output": {"format": "xml"}}"#, #"the format "xml" of outputs is none of json, csv, regex"#),
        (#"{"input": {"format": "template", "file": "a"}}"#, #"the field "template" is missing"#),
        (#"{"input": {"format": "template", "template": "a"}}"#, #"the field "file" is missing"#),
        (#"{"input": {"format": "template", "template": "a", "file": "a"}}"#, "the template a would be written over"),
        (#"{"input": {"file": "../a"}}"#, #""../a" is no file of the run's folder"#),
        (#"{"input": {"file": "/etc/a"}}"#, "is no file of the run's folder"),
        (#"{"input": {"file": "a"}, "output": {"file": "a"}}"#, "inputs and outputs are the same file, a"),
        (#"{"output": {"file": "case.m"}}"#, "the model's file case.m would be written over"),
        (#"{"output": {"format": "csv", "separator": "x"}}"#, "the separator is one of"),
        (#"{"successStatuses": [256]}"#, "numbers from 0 to 255"),
        (#"{"successStatuses": []}"#, "numbers from 0 to 255"),
        (#"{"warningPattern": "(a"}"#, "the bracket ( is never closed; write \\( for the character (character 1"),
        (#"{"environment": {"HOME": "x"}}"#, "the variable HOME of the environment is the run's own"),
        (#"{"environment": {"FOQUS_USER": "x"}}"#, "is the run's own"),
        (#"{"environment": {"A B": "x"}}"#, "a name of letters"), (#"{"environment": {"A": 1}}"#, "and a text"),
        (#"[]"#, #"the field "program" must be an object"#),
        (#"{"output": {"format": "regex"}}"#, "the pattern 'out.level' must have one group"),
    ])
    func whatIsWrongIsToldWithItsPlace(program: String, message: String) {
        let refusals = ProgramSample.refusals(ProgramSample.text(program))
        #expect(refusals.contains { $0.contains(message) && $0.contains("case.json, line") }, "\(refusals)")
    }

    @Test func anotherApplicationHasNoProgram() {
        #expect(
            ProgramSample.refusals(ProgramSample.text("{}", application: "Excel")).first
                == #"case.json, line 5, column 2: the object "program" is for the application "program", not for "Excel""#
        )
    }

    @Test(arguments: [
        ("a", "a.b", "another variable has a path that this one begins with"),
        ("a.b", "a", "the same path, or one below"),
        ("a", "a", "the same path"), ("a[0]", "a.b", "a key where that of another variable has an index"),
        ("a..b", "c", "has an empty part"), ("a[x]", "c", "has no number"), ("$", "c", "names nothing"),
        ("a[1]", "c", "number 0 is missing"), ("solver", "c", "the same path"), ("a[0]b", "c", "without a point"),
    ])
    func pathsOfInputsMustMakeOneTree(first: String, second: String, message: String) {
        let input = { (name: String, path: String) in
            """
            "\(name)": {"path": ["\(path)"], "type": "int", "default": 1, "units": null, "description": ""}
            """
        }
        let text = ProgramSample.text("{}", inputs: "\(input("p", first)), \(input("q", second))")
        #expect(ProgramSample.refusals(text).contains { $0.contains(message) }, "\(ProgramSample.refusals(text))")
    }

    @Test func anInputThatNoArgumentTellsIsAWarning() throws {
        let configuration = try ProgramSample.configuration(
            #"{"command": ["x", "${feed.T}", "${split}", "${labels[0]}"], "input": {"format": "arguments"}}"#)
        #expect(configuration.warnings.map(\.variable) == ["stages"])
    }
}
