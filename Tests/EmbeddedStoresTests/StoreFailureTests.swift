import FOQUSModel
import FileKit
import Glibc
import SQLiteKit
import Stores
import TestSupport
import Testing

@testable import EmbeddedStores

/// What the store says when its directory or its disk is not as it should be.
@Suite(.timeLimit(.minutes(1))) struct StoreFailureTests {
    /// The error of opening the store after `damage` was done to its directory.
    private func openingError(
        after damage: (_ directory: String) async throws -> Void
    ) async throws -> StoreError {
        try await EmbeddedStoreFixture.with { fixture in
            try await fixture.open().close()
            try await damage(fixture.directory)
            do {
                _ = try await fixture.open()
            } catch let error as StoreError {
                return error
            }
            throw TestSupportError("the store opens all the same")
        }
    }

    @Test(arguments: ["foqus.sqlite3", "objects.sqlite3"])
    func aFileThatIsNoDatabaseIsCorrupt(_ name: String) async throws {
        let error = try await openingError { directory in
            try File.writeAtomically(Array(repeating: 0x41, count: 8192), to: Path.join(directory, name))
        }
        #expect(error.code == .corrupt)
        #expect("\(error)".contains(name))
    }

    @Test func aNewerSchemaIsInvalidAndStaysAsItIs() async throws {
        let error = try await openingError { directory in
            let database = try Database.open(Path.join(directory, "foqus.sqlite3"))
            try await database.write { try $0.execute("PRAGMA user_version = 1000") }
            await database.close()
        }
        #expect(error.code == .invalid)
        #expect("\(error)".contains("1000"))
    }

    @Test func aDirectoryBelowAFileIsInvalid() async throws {
        try await withTemporaryDirectory { base in
            let file = Path.join(base, "file")
            try File.writeAtomically([1], to: file)
            let error = await #expect(throws: StoreError.self) {
                try await EmbeddedStoreFixture.with { fixture in
                    _ = try await fixture.open(directory: Path.join(file, "store"))
                }
            }
            #expect(error?.code == .invalid)
            #expect("\(error as Any)".contains(file))
        }
    }

    @Test func aDirectoryThatCannotBeWrittenIsDenied() async throws {
        // Even root may not create files there.
        let error = await #expect(throws: StoreError.self) {
            try await EmbeddedStoreFixture.with { fixture in _ = try await fixture.open(directory: "/sys/kernel/foqus")
            }
        }
        #expect(error?.code == .denied)
        #expect("\(error as Any)".contains("/sys/kernel/foqus"))
    }

    @Test func everybodyElseIsKeptOut() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let backend = try await fixture.open()
            _ = try await backend.objects.put([UInt8](repeating: 1, count: 100_000), to: "key", in: .sessions)
            try await backend.processorLock.acquire()
            var paths = try Directory.files(under: fixture.directory).map { Path.join(fixture.directory, $0) }
            #expect(paths.count >= 10)
            paths += ["", "blobs", "signals"].map { Path.join(fixture.directory, $0) }
            for path in paths {
                var status = stat()
                #expect(stat(path, &status) == 0)
                #expect(status.st_mode & 0o007 == 0, "\(path) has mode \(String(status.st_mode, radix: 8))")
            }
        }
    }

    @Test func aFullDiskIsToldAndSurvived() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let backend = try await fixture.open()
            try await backend.limitPages(to: 1)
            let message = OutgoingMessage(body: [UInt8](repeating: 0x20, count: 100_000), attributes: [:])
            let error = await #expect(throws: StoreError.self) { try await backend.queue.send([message]) }
            #expect(error?.code == .full)
            #expect(error?.isTransient == true)
            #expect(try await backend.queue.statistics().available == 0)
            try await backend.limitPages(to: 1_000_000)
            try await backend.queue.send([message])
            #expect(try await backend.queue.receive(limit: 1, visibility: .seconds(30), wait: .zero).count == 1)
        }
    }

    @Test(arguments: [
        (ENOSPC, StoreError.Code.full), (EDQUOT, .full), (EACCES, .denied), (EROFS, .denied), (ENOTDIR, .invalid),
        (EMFILE, .unavailable), (EIO, .unavailable),
    ])
    func fileErrorsKeepTheirMeaning(_ errno: CInt, _ code: StoreError.Code) {
        let error = StoreError(FileError(code: errno, operation: "write", path: "/some/blob"), "put an object")
        #expect(error.code == code)
        #expect("\(error)".hasPrefix("cannot put an object: cannot write /some/blob: "))
        #expect(error.underlying is FileError)
    }

    @Test(arguments: [
        (SQLiteError.Code.busy, StoreError.Code.unavailable), (.diskFull, .full), (.inputOutput, .unavailable),
        (.notADatabase, .corrupt), (.corrupt, .corrupt), (.readOnly, .denied), (.cannotOpen, .denied),
        (.newerSchema, .invalid), (.notUnique, .conflict), (.closed, .unavailable),
    ])
    func databaseErrorsKeepTheirMeaning(_ found: SQLiteError.Code, _ code: StoreError.Code) {
        let error = StoreError(SQLiteError(code: found, message: "why", path: "/some/file"), "append 3 jobs")
        #expect(error.code == code)
        #expect("\(error)".contains("/some/file"))
    }

    @Test func anErrorAboutAUserDoesNotHoldTheHash() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let backend = try await fixture.open()
            try await backend.limitPages(to: 1)
            let hash = String(repeating: "$scrypt$secret", count: 1000)
            let user = User(name: try UserName("test"), passwordHash: hash, created: fixture.time.now())
            let error = await #expect(throws: StoreError.self) { try await backend.users.put(user) }
            #expect(error?.code == .full)
            #expect(!"\(error as Any)".contains("secret"))
            #expect(!String(reflecting: error).contains("secret"))
        }
    }
}

extension EmbeddedBackend {
    /// As full as a disk can be for the main database: SQLite reports both in the same way. A limit below what the
    /// database has already leaves it at that.
    fileprivate func limitPages(to pages: Int) async throws {
        _ = try await core.write("limit the database") { connection in
            try connection.query("PRAGMA max_page_count = \(pages)") { $0.int(0) }
        }
    }
}
