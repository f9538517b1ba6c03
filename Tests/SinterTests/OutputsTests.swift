import JSONKit
import Testing
import TextKit

@testable import Sinter

@Suite struct OutputsTests {
    private let outputs: [String: SinterValue] = [
        "level": .double(0.1), "profile": .doubles([3, 1e-5]), "note": .string("a, b"),
    ]

    private func run(_ json: JSON = [:]) throws -> PreparedRun {
        try Sample.configuration().prepare(try SinterRun(json))
    }

    /// The order of the members, the kinds of numbers and the nulls are those of the original.
    @Test func theDocumentHasItsForm() throws {
        let document = OutputsDocument(try Sample.configuration()).document(
            try run(["feed.T": 30]), outputs: outputs, status: .okay, date: "2026-11-27")
        #expect(
            JSON.object(document).text()
                == #"""
                {"title":"Outputs from Tank","description":"Outputs from Tank","spreadsheet":"tank.xlsx","author":"A. Tester",
                "date":"2026-11-27","filetype":"sinteroutputs","version":0.2,"inputs":{"macro":{"value":"Main","units":null},
                "feed.T":{"value":30.0,"units":"degC"},"feed.flow":{"value":3.5,"units":"kg/hr"},
                "split":{"value":[0.5,0.25,0.25],"units":null},"stages":{"value":4,"units":""},"label":{"value":"base","units":null}},
                "outputs":{"level":{"value":0.1,"units":"m"},"profile":{"value":[3.0,1e-05],"units":null},
                "note":{"value":"a, b","units":""},"status":{"units":"","value":0}}}
                """#.replacing("\n", with: ""))
    }

    @Test func inputsAreToldAsTheyWereGiven() throws {
        let given: JSON = [
            "filetype": "sinterinputs", "version": 0.2, "inputs": ["FEED.T": ["value": 50, "units": "degF"]],
        ]
        let inputs = OutputsDocument(try Sample.configuration()).inputs(try run(given))
        #expect(inputs["feed.T"] == ["value": 50.0, "units": "degF"])
    }

    @Test(arguments: RunStatus.allCases) func onlyResultsAreTold(_ status: RunStatus) throws {
        let members = OutputsDocument(try Sample.configuration()).outputs(outputs, status)
        #expect(members.names.last == "status")
        #expect(members["status"] == ["units": "", "value": .int(Int64(status.rawValue))])
        #expect(members.count == (status == .okay || status == .simulationWarning ? 4 : 1))
    }

    @Test func aMissingOutputIsNull() throws {
        let members = OutputsDocument(try Sample.configuration()).outputs([:], .okay)
        #expect(members["level"] == ["value": nil, "units": "m"])
    }

    @Test func doublesKeepAllTheirDigits() throws {
        for value in [
            0.1 + 0.2, 21.439189189189189, 1 / 3.0, Double.leastNonzeroMagnitude, Double.greatestFiniteMagnitude, -0.0,
        ] {
            let members = OutputsDocument(try Sample.configuration()).outputs(["level": .double(value)], .okay)
            let read = try JSON.parse(JSON.object(members).serialized())
            #expect(read["level"]?["value"]?.doubleValue?.bitPattern == value.bitPattern)
        }
    }

    @Test func tablesHaveAColumnForEachElement() throws {
        let table = OutputsTable(try Sample.configuration())
        let outcomes = [
            RunOutcome(run: nil, status: .okay, outputs: outputs), RunOutcome(run: nil, status: .inputError),
        ]
        #expect(
            String(decoding: table.text(outcomes), as: UTF8.self)
                == "level,profile[0],profile[1],note,status\r\n0.1,3.0,1e-05,\"a, b\",0\r\n,,,,5\r\n")
    }

    @Test func aHeaderChoosesTheColumns() throws {
        let header = try CSVReader.records(Array("Status,PROFILE[1], level,profile".utf8), file: "out.csv")[0]
        let table = try OutputsTable(try Sample.configuration(), header: header, file: "out.csv")
        #expect(
            table.row(RunOutcome(run: nil, status: .okay, outputs: outputs)) == ["0", "1e-05", "0.1", "[3.0,1e-05]"])
        for wrong in ["levle", "feed.T", "profile[2]", "level[0]"] {
            let header = try CSVReader.records(Array("status,\(wrong)".utf8), file: "out.csv")[0]
            let error = #expect(throws: SinterError.self) {
                try OutputsTable(try Sample.configuration(), header: header, file: "out.csv")
            }
            #expect(
                error?.description.hasPrefix("out.csv, line 1, column 8: \(wrong): there is no such output") == true)
        }
    }
}
