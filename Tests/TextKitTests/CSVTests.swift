import Testing

@testable import TextKit

@Suite struct CSVTests {
    private func cells(_ text: String) throws -> [[String]] {
        try CSVReader.records(Array(text.utf8), file: "a.csv").map { $0.map(\.text) }
    }

    @Test func recordsAreReadByRFC4180() throws {
        #expect(try cells("a,\"b \"\"c\"\"\"\r\n\n,\"1\n2\"\n") == [["a", "b \"c\""], ["", "1\n2"]])
        #expect(try cells("\u{FEFF}a") == [["a"]])
        #expect(try cells("") == [])
    }

    @Test func cellsKnowTheirPlaces() throws {
        let records = try CSVReader.records(Array("é,b\nc,\"d\"".utf8), file: "a.csv")
        #expect(records[0][1].place(in: "a.csv").description == "a.csv, line 1, column 3")
        #expect(records[1][1].place(in: "a.csv").description == "a.csv, line 2, column 3")
    }

    @Test(arguments: [
        ("a\n\"b", "a.csv, line 2, column 1: the quote that opens here is never closed"),
        (
            "a,b\"c",
            "a.csv, line 1, column 4: a quote inside a cell. Put the whole cell in quotes and double those within it."
        ),
    ])
    func whatIsWrongIsPlaced(_ text: String, _ message: String) {
        let error = #expect(throws: CSVError.self) { try cells(text) }
        #expect(error?.description == message)
    }

    @Test func whatIsWrittenReadsBack() throws {
        let records = [["plain", "with, comma", "with \"quotes\""], ["line\nfeed", "", " blank "]]
        var bytes: [UInt8] = []
        for record in records { CSVWriter.append(record, to: &bytes) }
        #expect(try CSVReader.records(bytes, file: "a.csv").map { $0.map(\.text) } == records)
    }
}
