import TestSupport
import Testing

@testable import SQLiteKit

/// Work that notes how it ended.
private final class NotedWork: Work {
    enum End: Equatable {
        case success
        case failure(SQLiteError.Code?)
    }

    let body: (Connection) throws -> Void
    private(set) var ends: [End] = []

    init(_ body: @escaping (Connection) throws -> Void) { self.body = body }

    func run(_ connection: Connection) throws { try body(connection) }
    func succeed() { ends.append(.success) }
    func fail(_ error: any Error) { ends.append(.failure((error as? SQLiteError)?.code)) }
}

private struct Refusal: Error {}

/// The writer alone, with batches that the tests choose.
@Suite(.timeLimit(.minutes(1))) struct WriterTests {
    /// Runs `works` as one batch and returns how each ended, with the names stored then.
    private func commit(
        pageLimit: Int? = nil, _ bodies: [(Connection) throws -> Void]
    ) async throws -> (ends: [[NotedWork.End]], names: [String]) {
        try await withTemporaryDirectory { directory in
            let connection = try Connection(path: directory + "/test.db", options: .init(), readOnly: false)
            try items.apply(to: connection)
            if let pageLimit { try connection.query("PRAGMA max_page_count = \(pageLimit)") { $0.int(0) } }
            let queue = WorkQueue<any Work>()
            let works = bodies.map { NotedWork($0) }
            for work in works { #expect(queue.push(work)) }
            queue.close()
            Writer(connection: connection).serve(queue)
            #expect(!connection.isInTransaction)
            let names = try connection.query("SELECT name FROM items ORDER BY id") { $0.text(0) }
            return (works.map(\.ends), names)
        }
    }

    private func add(_ name: String) -> (Connection) throws -> Void {
        { try $0.execute("INSERT INTO items (name) VALUES (?)", name) }
    }

    @Test func commitsWhatWaitsInOneTransaction() async throws {
        var seen: [Int?] = []
        let (ends, names) = try await commit([
            add("a"),
            { connection in
                let other = try Connection(path: connection.path, options: .init(), readOnly: true)
                seen.append(try other.first("SELECT count(*) FROM items") { $0.int(0) })
                seen.append(try connection.first("SELECT count(*) FROM items") { $0.int(0) })
            },
            add("b"),
        ])
        #expect(seen == [0, 1])
        #expect(ends == [[.success], [.success], [.success]])
        #expect(names == ["a", "b"])
    }

    @Test func undoesOnlyWhatFails() async throws {
        let (ends, names) = try await commit([
            add("a"),
            {
                try self.add("undone")($0)
                throw Refusal()
            },
            {
                try self.add("undone too")($0)
                try self.add("a")($0)
            },
            add("b"),
        ])
        #expect(ends == [[.success], [.failure(nil)], [.failure(.notUnique)], [.success]])
        #expect(names == ["a", "b"])
    }

    @Test func undoesASingleFailure() async throws {
        let (ends, names) = try await commit([
            {
                try self.add("undone")($0)
                throw Refusal()
            }
        ])
        #expect(ends == [[.failure(nil)]])
        #expect(names == [])
    }

    @Test func failsAllWhenTheTransactionIsLost() async throws {
        let (ends, names) = try await commit([
            add("a"),
            {
                try $0.execute("ROLLBACK")
                throw Refusal()
            },
            add("b"),
        ])
        #expect(ends == [[.failure(nil)], [.failure(nil)], [.failure(nil)]])
        #expect(names == [])
    }

    @Test func aFullDiskFailsNobodyElse() async throws {
        let big = [UInt8](repeating: 1, count: 100_000)
        let (ends, names) = try await commit(
            pageLimit: 10, [add("a"), { try $0.execute("INSERT INTO items (body) VALUES (?)", big) }, add("b")])
        #expect(ends[1] == [.failure(.diskFull)])
        #expect(ends.allSatisfy { $0.count == 1 })
        #expect(names == zip(ends, ["a", "", "b"]).filter { $0.0 == [.success] }.map(\.1))
    }

    @Test func statementsLeftInTheMiddleHoldNothing() async throws {
        let (ends, names) = try await commit([
            add("a"), { _ = try $0.prepare("SELECT name FROM items").step() }, add("b"),
        ])
        #expect(ends == [[.success], [.success], [.success]])
        #expect(names == ["a", "b"])
    }

    @Test func splitsLongQueues() async throws {
        let (ends, names) = try await commit((0..<600).map { add("\($0)") })
        #expect(ends.allSatisfy { $0 == [.success] })
        #expect(names == (0..<600).map { "\($0)" })
    }
}
