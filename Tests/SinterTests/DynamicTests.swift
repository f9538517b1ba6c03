import JSONKit
import Testing

@testable import Sinter

@Suite struct DynamicTests {
    private let text = """
        {"title": "d", "description": "", "author": "", "date": "", "config-version": "1.0", "model": {"file": "m.fmu"},
         "input-files": [], "filetype": "sinterconfig", "filetype-version": 0.3, "application": {"name": "FMU", "version": ""},
         "settings": {"TimeSeries": {"type": "double[1]", "default": [0.0], "description": ""}},
         "inputs": {"k": {"path": ["k"], "type": "double", "default": 2, "description": "", "units": null}},
         "dynamic-inputs": {
           "u": {"path": ["u"], "type": "double", "default": 1.5, "description": "", "units": "degC"},
           "v": {"path": ["v"], "type": "double[2]", "default": [1, 2], "description": "", "units": null}},
         "dynamic-outputs": {"y": {"path": ["y"], "type": "double", "default": 0, "description": "", "units": "m"}}}
        """

    private func configuration() throws -> SinterConfiguration { try Sample.configuration(text) }

    private func prepare(_ json: JSON) throws -> PreparedRun { try configuration().prepare(try SinterRun(json)) }

    private func message(_ json: JSON) -> String? {
        let error = #expect(throws: SinterError.self) { try prepare(json) }
        return error?.errors.map { "\($0.variable ?? ""): \($0.message)" }.joined(separator: "\n")
    }

    @Test func defaultsLastThroughAllTimes() throws {
        let run = try prepare(["TIMESERIES": [1, 2.5, 4]])
        #expect(run.times == [1, 2.5, 4])
        #expect(run.value("u") == .series([.double(1.5), .double(1.5), .double(1.5)]))
        #expect(run.value("v") == .series(Array(repeating: .doubles([1, 2]), count: 3)))
        #expect(run.value("k") == .double(2))
        #expect(try prepare([:]).times == [0])
    }

    @Test func valuesAreGivenOverTime() throws {
        // In any order: the times count first.
        let run = try prepare(["u": [1, 2], "v": [[1, 2], [3, 4]], "TimeSeries": [10, 20], "k": 5])
        #expect(run.value("u") == .series([.double(1), .double(2)]))
        #expect(run.value("v") == .series([.doubles([1, 2]), .doubles([3, 4])]))
        #expect(try prepare(["u": 7, "TimeSeries": [10, 20]]).value("u") == .series([.double(7), .double(7)]))
    }

    @Test func unitsAreConvertedAtAllTimes() throws {
        let run = try prepare([
            "filetype": "sinterinputs", "version": 0.2,
            "inputs": [
                "TimeSeries": ["value": [1, 2], "units": ""], "u": ["value": [273.15, 373.15], "units": "K"],
            ],
        ])
        #expect(run.value("u") == .series([.double(0), .double(100)]))
    }

    @Test func wrongTimesAreTold() {
        #expect(message(["u": [1, 2]]) == "u: a value is needed for each of the 1 times of TimeSeries, not 2")
        #expect(
            message(["TimeSeries": [1, 2], "v": [[1, 2], [3]]])
                == "v: at time 1: a list of 2 values is needed, not of 1")
        #expect(message(["TimeSeries": [1, 1]]) == "TimeSeries: the times must rise from each to the next")
        #expect(message(["TimeSeries[0]": 1]) == "TimeSeries[0]: TimeSeries is given as a whole")
        #expect(message(["v[0]": [1]]) == "v[0]: a dynamic vector is given as a whole: a list of lists over time")
        #expect(message(["TimeSeries": 3]) == "TimeSeries: a list of 1 values is needed, not one of type number")
    }

    @Test func dynamicVariablesNeedTimes() {
        let without = text.replacing("\"TimeSeries\"", with: "\"Times\"")
        #expect(
            Sample.refusal(without) == [
                "tank.json, line 6, column 4: u: a dynamic variable needs the setting TimeSeries, of type double[1]"
            ])
    }

    @Test func documentsTellSeries() throws {
        let run = try prepare(["TimeSeries": [10, 20]])
        let document = OutputsDocument(try configuration())
            .document(run, outputs: ["y": .series([.double(1), .double(2.5)])], status: .okay, date: "2026-11-27")
        #expect(document["inputs"]?["TimeSeries"]?["value"] == [10, 20])
        #expect(document["inputs"]?["u"] == ["value": [1.5, 1.5], "units": "degC"])
        #expect(document["outputs"]?["y"] == ["value": [1, 2.5], "units": "m"])
    }
}
