import FOQUSModel
import JSONKit
import Testing

@testable import ControlCommands

@Suite struct CSVInputsTests {
    private func jobs(_ text: String) throws -> [JSON] {
        let template = JobTemplate(simulation: try SimulationName("flow"))
        return try CSVInputs.jobs(Array(text.utf8), file: "in.csv", template: template).map { $0["Input"] ?? .null }
    }

    private func refusal(_ text: String) -> String {
        do {
            _ = try jobs(text)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test func valuesHaveTheTypesTheyLookLike() throws {
        let read = try jobs(
            """
            n.int,n.real,n.exp,n.plus,n.yes,n.no,n.list,n.text,n.label
            -3,1.50,1e-05,+.5,True,FALSE,"[1, 2.5]",methane,007

            """)
        #expect(
            read == [
                [
                    "n": [
                        "int": -3, "real": 1.5, "exp": 1e-05, "plus": 0.5, "yes": true, "no": false, "list": [1, 2.5],
                        "text": "methane", "label": "007",
                    ]
                ]
            ])
    }

    @Test func theNodeEndsAtTheFirstDot() throws {
        #expect(try jobs("abs.in.T,abs.P\n300,1\n") == [["abs": ["in.T": 300, "P": 1]]])
    }

    @Test func emptyCellsAreNotGiven() throws {
        #expect(try jobs("a.x,b.y\n,2\n1, \n\"\",\n") == [["b": ["y": 2]], ["a": ["x": 1]], [:]])
    }

    @Test(arguments: ["\u{FEFF}a.x\n1\n2\n", "a.x\r\n1\r\n2\r\n", "a.x\n\n1\n\n2", "\"a.x\"\n\"1\"\n\"2\""])
    func byteOrderMarksLineEndsAndEmptyLinesDoNotMatter(_ text: String) throws {
        #expect(try jobs(text) == [["a": ["x": 1]], ["a": ["x": 2]]])
    }

    @Test func quotedCellsHoldCommasQuotesAndLineEnds() throws {
        #expect(
            try jobs("a.x,a.y\n\"one, \"\"two\"\"\nthree\",é\n") == [["a": ["x": "one, \"two\"\nthree", "y": "é"]]])
    }

    @Test(arguments: [
        ("", "in.csv: the file is empty. Its first line must name the variables."),
        ("x\n1\n", "in.csv, line 1, column 1: the header \"x\" is not of the form node.variable."),
        (
            "a.x;a.y\n1;2",
            "in.csv, line 1, column 1: the header \"a.x;a.y\" is not of the form node.variable. Separate the cells by commas."
        ),
        ("a.x,a.x\n1,2\n", "in.csv, line 1, column 5: the variable a.x has a column already"),
        ("a.x,a.y\n1,2\n3\n", "in.csv, line 3, column 1: the row has 1 cell, the header 2"),
        ("a.x,a.y\n1,2,3\n", "in.csv, line 2, column 5: the row has 3 cells, the header 2"),
        ("a.x,a.y\n1,\"é\nü\",5\n2", "in.csv, line 3, column 4: the row has 3 cells, the header 2"),
        ("a.x\n\"1\n", "in.csv, line 2, column 1: the quote that opens here is never closed"),
        (
            "a.x\n\"1\"2\n",
            "in.csv, line 2, column 4: text behind the closing quote. A comma or the end of the line must follow."
        ),
        (
            "a.x\n5\"\n",
            "in.csv, line 2, column 2: a quote inside a cell. Put the whole cell in quotes and double those within it."
        ),
        (
            "a.x,a.y\n1,[1\n",
            "in.csv, line 2, column 3: a.y: the cell begins like a JSON array but is none: expected ',' or ']' but found the end of the text"
        ),
        ("a.x\n1e999\n", "in.csv, line 2, column 1: a.x: 1e999 is beyond the range of a double"),
    ])
    func refusalsNameThePlace(_ text: String, _ expected: String) { #expect(refusal(text) == expected) }

    @Test func otherEncodingsAreNamed() {
        let template = JobTemplate(simulation: nil)
        #expect(throws: ControlError(.input, "in.csv, line 1, column 1: the file is UTF-16. Save it as \"CSV UTF-8\"."))
        {
            try CSVInputs.jobs([0xFF, 0xFE, 0x61, 0], file: "in.csv", template: template)
        }
        #expect(
            throws: ControlError(
                .input, "in.csv, line 2, column 1: the cell is not UTF-8. Save the file as \"CSV UTF-8\".")
        ) {
            try CSVInputs.jobs(Array("a.x\n".utf8) + [0xE9], file: "in.csv", template: template)
        }
    }

    /// Names of Sinter configurations may hold dots that mean nothing.
    @Test func inputsOfSinterConfigurationsHavePlainNames() throws {
        let template = JobTemplate(simulation: try SimulationName("flow"), application: "excel")
        let table = try CSVInputs.jobs(Array("macro,height.jim\nMain,74\n".utf8), file: "a.csv", template: template)
        #expect(table.map { $0["Input"] } == [["macro": "Main", "height.jim": 74]])
        let text = #"[{"macro":"Main","height.jim":74,"v":[1,2]},{"Input":{"x":1}}]"#
        let list = try JSONInputs.jobs(Array(text.utf8), file: "a.json", template: template)
        #expect(list.map { $0["Input"] } == [["macro": "Main", "height.jim": 74, "v": [1, 2]], ["x": 1]])
    }
}
