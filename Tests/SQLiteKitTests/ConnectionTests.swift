import SQLiteKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    @Test func storesEveryTypeOfValue() async throws {
        try await withDatabase { database in
            let values: [SQLiteValue] = [
                .null, .integer(.min), .integer(.max), .real(0.1), .text(""), .text("é\u{0}😀"), .blob([]),
                .blob([0, 255]),
            ]
            let stored = try await database.write { connection in
                for value in values { try connection.execute("INSERT INTO items (body) VALUES (?)", value) }
                return try connection.query("SELECT body FROM items ORDER BY id") { $0.value(0) }
            }
            #expect(stored == values)
        }
    }

    @Test func bindsSwiftTypesAndReadsThemBack() async throws {
        try await withDatabase { database in
            try await database.read { connection in
                let none: String? = nil
                let some: Int? = 7
                try connection.query(
                    "SELECT ?, ?, ?, ?, ?, ?, ?", 1, Int64(2), true, 0.5, "text", [1, 2] as [UInt8], none
                ) { row in
                    #expect(row.count == 7)
                    #expect(row.int(0) == 1 && row.int(1) == 2 && row.bool(2))
                    #expect(row.double(3) == 0.5 && row.text(4) == "text" && row.blob(5) == [1, 2])
                    #expect(row.optionalInt(0) == 1 && row.optionalDouble(3) == 0.5)
                    #expect(row.optionalText(4) == "text" && row.optionalBlob(5) == [1, 2])
                    #expect(row.isNull(6) && row.optionalText(6) == nil && row.optionalInt(6) == nil)
                    #expect(row.optionalDouble(6) == nil && row.optionalBlob(6) == nil)
                    #expect(row.text(6) == "" && row.blob(6) == [] && row.int(6) == 0)
                }
                #expect(try connection.first("SELECT ?", some) { $0.int(0) } == 7)
                #expect(try connection.first("SELECT 1 WHERE 0") { $0.int(0) } == nil)
            }
        }
    }

    @Test func tellsChangesAndRowIDs() async throws {
        try await withDatabase { database in
            try await database.write { connection in
                try connection.execute("INSERT INTO items (id, name) VALUES (41, 'a')")
                try connection.execute("INSERT INTO items (name) VALUES ('b')")
                #expect(connection.lastInsertedRowID == 42)
                try connection.execute("UPDATE items SET body = 1")
                #expect(connection.changes == 2)
                try connection.execute("DELETE FROM items WHERE id = 1")
                #expect(connection.changes == 0)
            }
        }
    }

    @Test func stepsStatementsByHand() async throws {
        try await withDatabase { database in
            try await database.read { connection in
                let statement = try connection.prepare("SELECT ? UNION ALL SELECT ?")
                #expect(statement.sql == "SELECT ? UNION ALL SELECT ?")
                for round in 0..<2 {
                    try statement.bind(round, "x")
                    #expect(try statement.step())
                    #expect(statement.row.int(0) == round)
                    #expect(try statement.step())
                    #expect(statement.row.text(0) == "x")
                    #expect(try !statement.step())
                }
            }
        }
    }

    @Test func runsTheSameStatementWithinItself() async throws {
        try await withDatabase { database in
            let pairs = try await database.read { connection in
                let sql = "SELECT column1 FROM (VALUES (1), (2))"
                return try connection.query(sql) { outer in
                    try connection.query(sql) { inner in outer.int(0) * 10 + inner.int(0) }
                }
            }
            #expect(pairs == [[11, 12], [21, 22]])
        }
    }

    @Test func survivesMoreStatementsThanItKeeps() async throws {
        try await withDatabase { database in
            let sum = try await database.read { connection in
                try (0..<500).reduce(0) { sum, number in
                    sum + (try connection.first("SELECT \(number)") { $0.int(0) } ?? 0)
                }
            }
            #expect(sum == 124_750)
        }
    }

    @Test func belongsToItsThread() async throws {
        try await withDatabase { database in
            let isWriters = try await database.write { $0.isCurrent }
            let isReaders = try await database.read { $0.isCurrent }
            #expect(isWriters && isReaders)
        }
    }
}
