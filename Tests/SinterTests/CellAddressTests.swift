import Testing

@testable import Sinter

@Suite struct CellAddressTests {
    @Test(arguments: [
        ("height$C$2", "height", 2, 1), ("A b$C2", "A b", 2, 1), ("S$$aa$10", "S", 26, 9),
        ("S$XFD$1048576", "S", 16383, 1_048_575),
    ])
    func cellsCountFromZero(_ path: String, _ sheet: String, _ column: Int, _ row: Int) throws {
        let address = try CellAddress(path)
        #expect(address.sheet == sheet)
        #expect(address.target == .cell(.init(column: column, row: row)))
    }

    @Test func namesAreTargetsToo() throws {
        #expect(try CellAddress("S$Total_Cost").target == .name("Total_Cost"))
        #expect(try CellAddress("S$Rate1A").target == .name("Rate1A"))
    }

    @Test(arguments: [
        "C2", "$C$2", "S$", "S$A$0", "S$XFE$1", "S$A$1048577", "S$A1:B2", "S$2", "S$A 1", "S$other$C$2", "",
    ])
    func othersAreRefused(_ path: String) {
        let error = #expect(throws: CellAddressError.self) { try CellAddress(path) }
        #expect(error?.description.contains("'\(path)'") == true)
    }

    @Test func vectorsGoRight() throws {
        #expect(try CellAddress("S$Y$6").row(of: 3).map(\.description) == ["Y6", "Z6", "AA6"])
        #expect(throws: CellAddressError.self) { try CellAddress("S$XFC$1").row(of: 3) }
        #expect(throws: CellAddressError.self) { try CellAddress("S$name").row(of: 1) }
    }

    @Test func lettersCountThroughAllColumns() throws {
        for column in [0, 25, 26, 51, 52, 701, 702, 16383] {
            let cell = CellAddress.Cell(column: column, row: 4)
            #expect(try CellAddress("S$\(cell)").target == .cell(cell))
        }
    }
}
