import JSONKit
import TestSupport
import Testing
import TextKit

@testable import Sinter

/// Files with bytes lost, changed and added: they are read, or refused with a place, and never end the process.
@Suite struct GarbageTests {
    private func mangled(_ text: String, _ generator: inout SeededGenerator) -> [UInt8] {
        let alphabet = Array("{}[]\",:|#/*\\ \n\t0-e.%N\u{0}\u{FF}é".utf8)
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &generator)
            let byte = alphabet.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[at] = byte
            case 1: bytes.insert(byte, at: at)
            case 2: bytes.removeSubrange(at..<min(at + 3, bytes.count))
            default: bytes.removeLast(min(bytes.count, Int.random(in: 1...40, using: &generator)))
            }
        }
        return bytes
    }

    private func check(_ seed: UInt64, _ text: String, _ read: ([UInt8]) throws(SinterError) -> Void) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<150 {
            do throws(SinterError) {
                try read(mangled(text, &generator))
            } catch {
                #expect(!error.errors.isEmpty && !error.description.isEmpty)
            }
        }
    }

    @Test(arguments: [1, 2] as [UInt64]) func configurations(_ seed: UInt64) throws {
        check(seed, Sample.version3) { bytes throws(SinterError) in
            _ = try SinterConfiguration.read(bytes, file: "x").prepare(SinterRun())
        }
    }

    @Test(arguments: [3, 4] as [UInt64]) func textConfigurations(_ seed: UInt64) throws {
        check(seed, TextFormatTests.text) { bytes throws(SinterError) in
            _ = try SinterConfiguration.read(bytes, file: "x").prepare(SinterRun())
        }
    }

    @Test(arguments: [5, 6] as [UInt64]) func runs(_ seed: UInt64) throws {
        let configuration = try Sample.configuration()
        let text = """
            [{"inputs": {"feed.T": 3, "split": [1, 2, 3]}}, {"inputs": {"filetype": "sinterinputs", "version": 0.2,
              "inputs": {"feed.flow": {"value": 2.5, "units": "kg/s"}, "split[1]": {"value": 1, "units": null}}}}]
            """
        check(seed, text) { bytes throws(SinterError) in
            for run in try SinterRun.read(bytes, file: "x") { _ = try configuration.prepare(run) }
        }
        check(seed, "feed.T,\"split\",label\n1,\"[1,2,3]\",x\n,,y\n") { bytes throws(SinterError) in
            for run in try SinterRun.readCSV(bytes, file: "x") { _ = try configuration.prepare(run) }
        }
    }

    @Test func aLargeBatchIsReadInOnePass() throws {
        let runs = (0..<3000).map { "{\"inputs\": {\"feed.T\": \($0 % 100)}}" }.joined(separator: ",\n ")
        let read = try SinterRun.read(Array("[\(runs)]".utf8), file: "in.json")
        #expect(read.count == 3000)
        #expect(read[2999].values[0].place?.description == "in.json, line 3000, column 14")
    }

    @Test(arguments: [11, 12] as [UInt64]) func programs(_ seed: UInt64) throws {
        let program = """
            {"command": ["x", "${split|,}", "${feed.T:%10.4f}"], "input": {"format": "csv", "file": "in"},
             "output": {"format": "regex"}, "successStatuses": [0, 1], "warningPattern": "(?i)w[a-z]{1,3}",
             "environment": {"A": "${model}"}}
            """
        let text = ProgramSample.text(program, outputs: ProgramSample.output("level", #"l =\s*(\d+)"#, "double"))
        check(seed, text) { bytes throws(SinterError) in
            let configuration = try SinterConfiguration.read(bytes, file: "x")
            let run = try configuration.prepare(SinterRun())
            _ = try configuration.program?.input(run, of: configuration, directory: "/run", template: bytes)
        }
    }

    @Test(arguments: [13, 14] as [UInt64]) func templates(_ seed: UInt64) throws {
        let configuration = try ProgramSample.configuration(
            #"{"command": ["x"], "input": {"format": "template", "template": "t", "file": "f"}}"#)
        let run = try configuration.prepare(SinterRun())
        check(seed, "${feed.T:%10.4f}${split|,} $${x} ${split[1]:%-8d|\\n}\n${label:%s}${stages}") {
            bytes throws(SinterError) in
            _ = try configuration.program?.input(run, of: configuration, directory: "/run", template: bytes)
        }
    }

    @Test(arguments: ["json", "csv", "regex"]) func outputsOfPrograms(_ format: String) throws {
        let path = format == "regex" ? #"level\D+(\S+)"# : "level"
        let configuration = try ProgramSample.configuration(
            #"{"output": {"format": "\#(format)", "file": "o"}}"#,
            outputs: ProgramSample.output("level", path, "double") + ", " + ProgramSample.output("x", path, "int[2]"))
        let text =
            format == "json" ? #"{"level": [1.5, 2e3], "more": {"level": null}}"# : "level,x\n1.5,2\n 2D+3 ,\"4\"\n"
        check(15, text) { bytes throws(SinterError) in
            _ = try configuration.program?.outputs(bytes, of: configuration, times: nil)
        }
    }
}
