import JSONKit
import Testing

@testable import Sinter

@Suite struct ProgramInputTests {
    @Test func jsonIsNestedByPaths() throws {
        let input = try ProgramSample.input(try ProgramSample.configuration("{}"), ["feed.T": 30, "solver": "slow"])
        #expect(input.text?.source == .file("inputs.json"))
        let expected: JSON = [
            "solver": "slow", "feed": ["T": 30.0], "split": [0.5, 0.25, 0.25], "column": ["stages": 4],
            "log": ["stages": 4], "labels": ["a \"b\", c"],
        ]
        #expect(try JSON.parse(input.text?.bytes ?? []) == expected)
    }

    @Test func csvHasNamesAndOneLine() throws {
        let input = try ProgramSample.input(try ProgramSample.configuration(#"{"input": {"format": "csv"}}"#))
        #expect(
            input.string == """
                solver,feed.T,split[0],split[1],split[2],column.stages,log.stages,labels[0]
                fast,25.0,0.5,0.25,0.25,4,4,"a ""b"", c"

                """)
    }

    @Test func csvHasALineForEachTime() throws {
        let text = ProgramSample.text(
            #"{"input": {"format": "csv"}}"#,
            inputs: #""T": {"path": ["T"], "type": "double", "default": 1, "units": null, "description": ""}"#,
            dynamic: ProgramSample.series)
        let configuration = try ProgramSample.parsed(text)
        let input = try ProgramSample.input(configuration, ["load": [1, 2, 4]])
        #expect(
            input.string == """
                solver,TimeSeries,T,load
                fast,0.0,1.0,1.0
                fast,1.5,1.0,2.0
                fast,3.0,1.0,4.0

                """)
        let other = try ProgramSample.parsed(text.replacing(#""format": "csv""#, with: #""format": "json""#))
        let json = try JSON.parse(try ProgramSample.input(other).text?.bytes ?? [])
        #expect(json["load"] == [7.0, 7.0, 7.0] && json["TimeSeries"] == [0.0, 1.5, 3.0])
    }

    private let template = #"{"command": ["x"], "input": {"format": "template", "template": "t", "file": "case.in"}}"#

    @Test func aTemplateHasValuesForNames() throws {
        let input = try ProgramSample.input(
            try ProgramSample.configuration(template), ["feed.T": 3.14159265],
            template: """
                ${label:%-12s}|${FEED.t:%10.4f}|${feed.T:%.3e}|${stages:%05d}
                ${split} ${split|,} ${split:%6.2f|} ${split[1]} ${column.stages} ${solver}
                $${HOME} $x $$ 5$ ${model} ${directory} ${split|\\n}
                """)
        #expect(input.text?.source == .file("case.in"))
        #expect(
            input.string == """
                a "b", c    |    3.1416|3.142e+00|00004
                0.5 0.25 0.25 0.5,0.25,0.25   0.50  0.25  0.25 0.25 4 fast
                ${HOME} $x $$ 5$ case.m /run 0.5
                0.25
                0.25
                """)
        #expect(input.warnings == [])
    }

    @Test func bytesOfATemplateThatAreNoUTF8AreKept() throws {
        let configuration = try ProgramSample.configuration(template)
        let run = try configuration.prepare(try SinterRun([:]))
        let bytes = [0xB0] + Array("C ${feed.T}".utf8)
        let input = try configuration.program?.input(run, of: configuration, directory: "/run", template: bytes)
        #expect(input?.text?.bytes == [0xB0] + Array("C 25.0".utf8))
    }

    @Test(arguments: [
        (
            "a\n ${fed.T}",
            "t, line 2, column 2: fed.T: there is no input or setting of this name; did you mean 'feed.T'?"
        ),
        ("${feed.T:%d}", "t, line 1, column 1: feed.T: 25.5 is not a whole number"),
        ("${label:%f}", "label is a text, and takes a format such as %-8s"), ("x ${split[7]}", "split has 3 elements"),
        ("x ${feed.T", "t, line 1, column 3: ${ without a } in the same line"), ("${}", "a placeholder has no name"),
        ("${profile}", "it is an output"),
    ])
    func whatIsWrongWithATemplateIsToldWithItsPlace(text: String, message: String) throws {
        let configuration = try ProgramSample.configuration(template)
        do {
            _ = try ProgramSample.input(configuration, ["feed.T": 25.5], template: text)
            Issue.record("the template was taken")
        } catch let error as SinterError {
            #expect(error.description.contains(message), "\(error)")
        }
    }

    @Test func anInputThatTheTemplateDoesNotHaveIsAWarning() throws {
        let input = try ProgramSample.input(
            try ProgramSample.configuration(template), template: "${feed.T} ${split[0]} ${label}")
        #expect(input.warnings.map(\.variable) == ["stages"])
    }

    @Test func aVectorAloneIsAnArgumentForEachElement() throws {
        let configuration = try ProgramSample.configuration(
            """
            {"command": ["x", "${split}", "-T=${feed.T:%.1f}", "${split|,}", "${labels[0]}", "${split:%.1f}", "a${split}",
                         "${stages}"], "input": {"format": "arguments"}}
            """)
        let input = try ProgramSample.input(configuration)
        #expect(input.text == nil && input.warnings == [])
        #expect(
            input.command == [
                "x", "0.5", "0.25", "0.25", "-T=25.0", "0.5,0.25,0.25", "a \"b\", c", "0.5", "0.2", "0.2",
                "a0.5 0.25 0.25", "4",
            ])
    }

    @Test func seriesHaveIndicesOfTimes() throws {
        let text = ProgramSample.text(
            #"{"command": ["x", "${load[2]}", "${load}", "${TimeSeries[1]}"]}"#,
            inputs: #""T": {"path": ["T"], "type": "double", "default": 1, "units": null, "description": ""}"#,
            dynamic: ProgramSample.series)
        let configuration = try ProgramSample.parsed(text)
        #expect(
            try ProgramSample.input(configuration, ["load": [1, 2, 4]]).command == [
                "x", "4.0", "1.0", "2.0", "4.0", "1.5",
            ])
        do {
            _ = try ProgramSample.input(configuration, ["TimeSeries": [0, 1], "load": [1, 2]])
            Issue.record("a time that is not there was written")
        } catch let error as SinterError {
            #expect(error.description == "load[2]: the run has no element of number 2")
        }
    }

    @Test func aSettingWithoutAValueCannotBeWritten() throws {
        let text = ProgramSample.text(#"{"command": ["x", "${solver}"]}"#)
        let configuration = try ProgramSample.parsed(text)
        let run = PreparedRun(assignments: [], times: nil, warnings: [])
        #expect(throws: SinterError.self) {
            try configuration.program?.input(run, of: configuration, directory: "/run")
        }
    }
}
