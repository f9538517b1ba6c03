import CommandLineKit
import JSONKit
import Testing

@testable import SinterCommands

@Suite struct SeriesCommandTests {
    private let inputs =
        #"[{"inputs": {"a": 3}}, {"inputs": {"B": 0.5}}, {"inputs": {"filetype": "sinterinputs", "version": 0.2, "inputs": {"a": {"value": 100, "units": "cm"}}}}]"#

    @Test func aBatchGivesADocumentForEachRun() async throws {
        try await Bench.with { bench in
            try bench.write(inputs, "in.json")
            #expect(await bench.run("run", "@sum.json", "@in.json", "@out.json") == 0)
            let documents = try #require(try bench.json("out.json").arrayValue)
            #expect(documents.map { $0["outputs"]?["sum"]?["value"] } == [5.0, 1.5, 3.0])
            #expect(documents[2]["inputs"]?["a"] == ["value": 100.0, "units": "cm"])
            #expect(documents[0]["date"] == "2026-11-27")
            #expect(bench.errors.text == "3 runs in 0.0 s, 0 failed\n")
            #expect(bench.output.text == "")
        }
    }

    @Test func aFailedRunIsTold() async throws {
        try await Bench.with { bench in
            try bench.write(#"[{"a": 1}, {"a": 101}, {"a": -101}, {"a": 2}]"#, "in.json")
            #expect(await bench.run("run", "@sum.json", "@in.json", "-", "-t", "2.5") == 1)
            let documents = try #require(try JSON.parse(bench.output.text).arrayValue)
            #expect(documents.map { $0["outputs"]?["status"]?["value"] } == [0, 1, 7, 0])
            #expect(documents[1]["outputs"]?["sum"] == nil)
            #expect(bench.errors.text.contains("run 2 failed: overflow\n"))
            #expect(bench.errors.text.contains("run 3 failed: not done in 2.5 seconds\n"))
            #expect(bench.errors.text.hasSuffix("4 runs in 0.0 s, 2 failed\n"))
        }
    }

    @Test func wrongInputsRunNothing() async throws {
        try await Bench.with { bench in
            try bench.write("[{\"a\": 1},\n {\"a\": \"x\"}]", "in.json")
            #expect(await bench.run("run", "@sum.json", "@in.json", "@out.json") == 65)
            let place = "\(bench.path("in.json")), line 2, column 3: a: the text \"x\" is not a number"
            #expect(
                bench.errors.text == "error: \(place)\nnothing was run; --keep-going makes the runs that are right\n")
            #expect(await bench.run("run", "@sum.json", "@in.json", "@out.json", "-k", "-q") == 1)
            #expect(try bench.json("out.json").arrayValue?.map { $0["outputs"]?["status"]?["value"] } == [0, 5])
            #expect(bench.errors.text.hasSuffix("run 2 failed: \(place)\n"))
        }
    }

    @Test func aMissingSimulatorIsUnavailable() async throws {
        try await Bench.with { bench in
            var bench = bench
            bench.isThere = false
            try bench.write("[{}, {}]", "in.json")
            #expect(await bench.run("run", "@sum.json", "@in.json", "@out.json", "-q") == 69)
            #expect(try bench.json("out.json").arrayValue?.map { $0["outputs"]?["status"]?["value"] } == [3, 3])
            #expect(bench.errors.text.hasSuffix("error: the simulator could not be used: there is no adder\n"))
        }
    }

    @Test func tablesComeAndGo() async throws {
        try await Bench.with { bench in
            try bench.write("b,a\n1,2\n,101\n0.25,\n", "in.csv")
            #expect(await bench.run("csv", "@sum.json", "@in.csv") == 1)
            #expect(bench.output.text == "sum,status\r\n3.0,0\r\n,1\r\n1.25,0\r\n")
            // As CSVConsoleSinter has it, the file to write chooses the columns.
            try bench.write("status,SUM\n9,9\n", "out.csv")
            #expect(await bench.run("csv", "@sum.json", "@in.csv", "-o", "@out.csv") == 1)
            #expect(try bench.read("out.csv") == "status,SUM\r\n0,3.0\r\n1,\r\n0,1.25\r\n")
            try bench.write("status,summ\n", "out.csv")
            #expect(await bench.run("csv", "@sum.json", "@in.csv", "-o", "@out.csv") == 65)
            #expect(bench.errors.text.hasSuffix("column 8: summ: there is no such output; did you mean 'sum'?\n"))
        }
    }

    @Test func otherDefaultsAreTaken() async throws {
        try await Bench.with { bench in
            try bench.write("{\"a\": 7, \"b\": 8}", "defaults.json")
            try bench.write("[{}, {\"b\": 0}]", "in.json")
            #expect(await bench.run("csv", "@sum.json", "@in.json", "--defaults", "@defaults.json", "-q") == 0)
            #expect(bench.output.text == "sum,status\r\n15.0,0\r\n7.0,0\r\n")
            try bench.write("{\"a\": 7}", "defaults.json")
            #expect(await bench.run("csv", "@sum.json", "@in.json", "--defaults", "@defaults.json", "-q") == 65)
            #expect(bench.errors.text.hasSuffix("b: the defaults lack this input\n"))
        }
    }

    @Test func theBarIsRedrawnInPlace() async throws {
        try await Bench.with { bench in
            var bench = bench
            bench.messageWidth = 60
            try bench.write("[{}, {\"a\": 101}]", "in.json")
            #expect(await bench.run("run", "@sum.json", "@in.json", "@out.json") == 1)
            let drawn = bench.errors.text.split(separator: "\r").map(String.init)
            #expect(drawn.contains { $0.hasPrefix("sum.json  [") && $0.contains(" 50%") && $0.hasSuffix("\u{1B}[K") })
            // What a run says has lines of its own, and the bar comes back below.
            #expect(drawn.contains { $0.hasPrefix("\u{1B}[Krun 2: ") && $0.hasSuffix("\nrun 2 failed: overflow\n") })
            #expect(drawn.last == "\u{1B}[K2 runs in 0.0 s, 1 failed\n")
        }
    }

    @Test(arguments: [
        ["run", "@sum.json", "@in.json"], ["run", "@sum.json", "@in.json", "@o", "-t", "soon"],
        ["run", "@sum.json", "@in.json", "@o", "-t", "0"],
        ["csv", "@sum.json", "@in.csv", "--relaunch", "--no-reset"], ["walk"],
    ])
    func usageErrorsAreTwo(_ arguments: [String]) async throws {
        try await Bench.with { bench in
            let code =
                switch arguments.count {
                case 1: await bench.run(arguments[0])
                case 3: await bench.run(arguments[0], arguments[1], arguments[2])
                case 5: await bench.run(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4])
                default:
                    await bench.run(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5])
                }
            #expect(code == 2)
        }
    }

    @Test(arguments: ["@missing.json", "@sum.txt"]) func badFilesAreDataErrors(_ file: String) async throws {
        try await Bench.with { bench in
            #expect(await bench.run("run", file, "@sum.json", "@out.json") == 65)
            #expect(await bench.run("run", "@sum.json", file, "@out.json") == 65)
            #expect(bench.errors.text.contains(bench.path(String(file.dropFirst()))))
        }
    }
}
