import JSONKit
import TestSupport
import Testing

@testable import Sinter

/// What one side writes the other reads, for any values.
@Suite struct RoundTripTests {
    private func double(_ generator: inout SeededGenerator) -> Double {
        while true {
            let value = Double(bitPattern: generator.next())
            if value.isFinite { return value }
        }
    }

    private func anyRun(_ generator: inout SeededGenerator) -> JSON {
        let units = ["degC", "degF", "K", "R", ""].randomElement(using: &generator) ?? ""
        let text = (0..<5).map { _ in ["a", "\"", "\\", "é", "\n", " ", "7"].randomElement(using: &generator) ?? "" }
            .joined()
        let split = (0..<3).map { _ in JSON.number(double(&generator)) }
        return [
            "filetype": "sinterinputs", "version": 0.2,
            "inputs": [
                "Feed.T": ["value": .number(double(&generator)), "units": .string(units)],
                "feed.flow": ["value": .number(double(&generator)), "units": nil],
                "split": ["value": .array(split), "units": nil],
                "stages": ["value": .int(Int64(Int32.random(in: .min ... .max, using: &generator)))],
                "label": ["value": .string(text)], "macro": ["value": .string(text + "x"), "units": ""],
            ],
        ]
    }

    /// The inputs that an outputs document tells are inputs that make the same run.
    @Test func toldInputsMakeTheSameRun() throws {
        let configuration = try Sample.configuration()
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<100 {
            let first = try configuration.prepare(try SinterRun(anyRun(&generator)))
            let told = JSON.object(OutputsDocument(configuration).inputs(first)).serialized(pretty: true)
            let again: JSON = ["filetype": "sinterinputs", "version": 0.2, "inputs": try JSON.parse(told)]
            let second = try configuration.prepare(try SinterRun(again))
            #expect(second.assignments.map(\.value) == first.assignments.map(\.value))
            #expect(second.assignments.map(\.given) == first.assignments.map(\.given))
            #expect(second.assignments.map(\.givenUnits) == first.assignments.map(\.givenUnits))
        }
    }

    /// Whatever the results are, they read back from both forms of output, every bit of them.
    @Test func resultsKeepEveryBit() throws {
        let configuration = try Sample.configuration()
        var generator = SeededGenerator(seed: 12)
        let table = OutputsTable(configuration)
        for _ in 0..<100 {
            let (level, profile) = (double(&generator), [double(&generator), double(&generator)])
            let outputs: [String: SinterValue] = [
                "level": .double(level), "profile": .doubles(profile), "note": .string("n"),
            ]
            let document = JSON.object(OutputsDocument(configuration).outputs(outputs, .okay))
            let read = try JSON.parse(document.serialized())
            #expect(read["level"]?["value"]?.doubleValue?.bitPattern == level.bitPattern)
            let list = read["profile"]?["value"]?.arrayValue?.compactMap(\.doubleValue?.bitPattern)
            #expect(list == profile.map(\.bitPattern))
            let row = table.row(RunOutcome(run: nil, status: .okay, outputs: outputs))
            #expect(row.prefix(3).map { Double($0)?.bitPattern } == ([level] + profile).map(\.bitPattern))
        }
    }
}
