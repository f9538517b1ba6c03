import CommandLineKit
import JSONKit
import Testing

@testable import SinterCommands

@Suite struct CheckCommandTests {
    @Test func aGoodConfigurationIsShown() async throws {
        try await Bench.with { bench in
            #expect(await bench.run("check", "@sum.json") == 0)
            #expect(bench.errors.text == "")
            #expect(
                bench.output.text == """
                    \(bench.path("sum.json")): format 0.3, program, sum.txt
                    Name  Role    Type    Default  Units  Range        Path  Description
                    a     input   double      1.0  m      0.0 to 10.0  a     first
                    b     input   double      2.0  m      -            b     second
                    sum   output  double        -  m      -            s     of both

                    """)
        }
    }

    @Test func mistakesAreTold() async throws {
        try await Bench.with { bench in
            try bench.write(
                Bench.configuration.replacing(
                    "\"type\": \"double\", \"default\": 2", with: "\"type\": \"real\", \"default\": 2"), "bad.json")
            #expect(await bench.run("check", "@bad.json") == 65)
            #expect(
                bench.errors.text.hasPrefix(
                    "error: \(bench.path("bad.json")), line 6, column 25: b: the type \"real\" is not known"))
            #expect(bench.output.text == "")
        }
    }

    @Test func inputsAreCheckedToo() async throws {
        try await Bench.with { bench in
            try bench.write("[{\"a\": 11}, {\"c\": 1}]", "in.json")
            #expect(await bench.run("check", "@sum.json", "@in.json") == 65)
            let file = bench.path("in.json")
            #expect(
                bench.errors.text == """
                    warning: \(file), line 1, column 3: a: 11.0 is more than its maximum, 10.0
                    error: \(file), line 1, column 14: c: this input is unknown. Is it the right configuration for these inputs?

                    """)
            #expect(bench.output.text.hasSuffix("in.json: 2 runs\n"))
        }
    }

    @Test func filesAndUnitsThatAreNotRightAreWarnings() async throws {
        try await Bench.with { bench in
            try bench.write("abd", "sum.txt")
            try bench.write(
                Bench.configuration.replacing(
                    "\"second\", \"units\": \"m\"", with: "\"second\", \"units\": \"mol/kg solid\""
                ).replacing("\"input-files\": []", with: "\"input-files\": [{\"file\": \"sub\\\\x.dat\"}]"), "sum.json")
            #expect(await bench.run("check", "@sum.json") == 0)
            let lines = bench.errors.text.split(separator: "\n").map(String.init)
            #expect(lines.count == 3)
            #expect(lines.contains { $0.hasSuffix("sum.txt is not the version that it was made for") })
            #expect(lines.contains { $0.hasSuffix("the file sub/x.dat is not beside it") })
            #expect(lines.contains { $0.hasSuffix("b: the unit 'mol/kg solid' is not known") })
        }
    }

    @Test func programsGetJSON() async throws {
        try await Bench.with { bench in
            try bench.write("{\"a\": true}", "in.json")
            #expect(await bench.run("check", "@sum.json", "@in.json", "--json") == 65)
            #expect(bench.errors.text == "")
            let document = try JSON.parse(bench.output.text)
            #expect(document["Configuration"]?["Format"] == "0.3")
            #expect(document["Variables"]?.arrayValue?.map { $0["Name"] } == ["a", "b", "sum"])
            #expect(document["Variables"]?[0]?["Max"] == 10)
            #expect(document["Runs"] == 1)
            #expect(document["Problems"]?[0]?["Line"] == 1)
            #expect(document["Problems"]?[0]?["Variable"] == "a")
            #expect(document["Problems"]?[0]?["Severity"] == "error")
        }
    }

    @Test func defaultsAreWrittenToEdit() async throws {
        try await Bench.with { bench in
            #expect(await bench.run("defaults", "@sum.json") == 0)
            let plain = try JSON.parse(bench.output.text)
            #expect(plain == [["inputs": ["a": 1, "b": 2]]])
            #expect(await bench.run("defaults", "@sum.json", "--units", "-o", "@d.json") == 0)
            let defaults = try bench.json("d.json")
            #expect(defaults["inputs"]?["b"] == ["value": 2, "units": "m"])
            #expect(await bench.run("run", "@sum.json", "@d.json", "@out.json", "-q") == 0)
            let outputs = try bench.json("out.json")
            #expect(outputs[0]?["outputs"]?["sum"]?["value"] == 3)
        }
    }

    @Test(arguments: ["completion-bash", "completion-zsh", "completion-fish", "man"])
    func everythingIsMadeFromTheDescription(_ what: String) async throws {
        try await Bench.with { bench in
            #expect(await bench.run("--generate", what) == 0)
            for word in ["check", "defaults", "relaunch"] { #expect(bench.output.text.contains(word), "\(word)") }
        }
    }

    @Test func templatesOfProgramsAreChecked() async throws {
        try await Bench.with { bench in
            let program = """
                "program": {"command": ["x"], "input": {"format": "template", "template": "t", "file": "in"}}, "inputs": {
                """
            try bench.write(Bench.configuration.replacing("\"inputs\": {", with: program), "sum.json")
            #expect(await bench.run("check", "@sum.json") == 0)
            #expect(bench.errors.text == "warning: \(bench.path("sum.json")): the template t is not beside it\n")
            try bench.write("${a}\n ${c:%5.1f}\n", "t")
            #expect(await bench.run("check", "@sum.json") == 65)
            #expect(
                bench.errors.text.contains("error: t, line 2, column 2: c: there is no input or setting of this name\n")
            )
            #expect(bench.errors.text.contains("b: the program is not told this input: ${b} is neither"))
        }
    }
}
