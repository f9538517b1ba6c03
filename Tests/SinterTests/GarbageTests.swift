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
}
