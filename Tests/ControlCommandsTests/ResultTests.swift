import FOQUSModel
import JSONKit
import Testing

@testable import ControlCommands

@Suite struct ResultTests {
    private let ids = (1...3).map { JobID(UUIDText(random: Array(repeating: UInt8($0), count: 16))) }

    private func record(_ id: JobID, _ state: String = "success", _ members: JSONObject = [:]) -> JSON {
        var record: JSONObject = ["Id": .string(id.description), "State": .string(state)]
        for (name, value) in members { record[name] = value }
        return .object(record)
    }

    private func results(_ records: JSON...) throws -> ResultSet {
        var results = ResultSet(order: ids)
        for record in records { try results.add(record) }
        return results
    }

    @Test func recordsStandInTheOrderOfTheJobs() throws {
        let results = try results(record(ids[2]), record(ids[0], "error"))
        #expect(results.numbered.map(\.number) == [1, 3])
        #expect(try JSON.parse(results.jsonText()) == .array([record(ids[0], "error"), record(ids[2])]))
        #expect(results.summary.counts == [.success: 1, .error: 1])
    }

    @Test func theFirstRecordOfAJobCounts() throws {
        let results = try results(record(ids[0]), record(ids[0], "error"))
        #expect(results.numbered.map(\.record.state) == ["success"])
    }

    @Test func recordsOfUnknownJobsComeLast() throws {
        let other = JobID(UUIDText(random: Array(repeating: 9, count: 16)))
        let results = try results(record(other), record(ids[1]))
        #expect(results.numbered.map(\.record.id) == [ids[1].description, other.description])
    }

    @Test func aRecordWithoutStateIsRefused() {
        #expect(throws: ControlError.self) { try results(["Id": .string(ids[0].description)]) }
    }

    @Test func noResultsAreAnEmptyList() throws {
        #expect(try JSON.parse(results().jsonText()) == [])
        #expect(try ResultTable(width: nil, rowLimit: nil).text(results()) == "")
    }

    @Test func theCSVHasTheUnionOfColumns() throws {
        let results = try results(
            record(
                ids[0], "success",
                ["Input": ["a": ["x": 1]], "Output": ["output": ["b": ["y": [1, 2]]], "graphError": 0]]),
            record(ids[1], "error", ["Input": ["a": ["x": "p,q", "w": nil]], "Message": "no \"luck\"\nhere"]),
            record(ids[2], "success", ["Input": ["k": 2], "Output": ["flat": true, "n": ["m": 1.5]]]))
        #expect(
            String(decoding: ResultsCSV.text(results), as: UTF8.self) == """
                Id,State,input.a.x,input.a.w,input.k,output.b.y,output.flat,output.n.m,Message\r
                \(ids[0]),success,1,,,"[1,2]",,,\r
                \(ids[1]),error,"p,q",,,,,,"no ""luck""
                here"\r
                \(ids[2]),success,,,2,,true,1.5,\r

                """)
    }

    @Test func theTableTellsInputsFromOutputsOfTheSameName() throws {
        let results = try results(
            record(ids[0], "success", ["Input": ["a": ["x": 1]], "Output": ["output": ["a": ["x": 0.123456789]]]]))
        #expect(
            ResultTable(width: nil, rowLimit: nil).text(results) == """
                #  State    input.a.x  output.a.x
                1  success          1    0.123457

                """)
    }

    @Test func aNarrowTerminalShowsFewerColumns() throws {
        let input: JSONObject = ["a": ["first": 1, "second": 2, "third": 3, "fourth": 4]]
        let results = try results(record(ids[0], "success", ["Input": .object(input)]), record(ids[1]))
        let text = ResultTable(width: 40, rowLimit: 1).text(results)
        #expect(
            text == """
                #  State    a.first  a.second  a.third
                1  success        1         2        3
                ... 1 more row and 1 more column; --output FILE writes them all

                """)
    }
}
