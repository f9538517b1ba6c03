import FileKit
import Glibc
import TestSupport
import Testing

@testable import Executors

/// A file is written over only where that harms nobody.
@Suite(.timeLimit(.minutes(1))) struct ResultFileTests {
    private static func status(_ path: String) -> stat {
        var status = stat()
        lstat(path, &status)
        return status
    }

    @Test(arguments: [[], [1], [1, 2, 3], [UInt8](repeating: 4, count: 10_000)] as [[UInt8]])
    func aPlainFileIsWrittenOver(content: [UInt8]) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/file"
            try ResultFile.write([9, 9], to: path)
            let before = Self.status(path)
            try ResultFile.write(content, to: path)
            #expect(try File.read(path) == content)
            #expect(Self.status(path).st_ino == before.st_ino)
        }
    }

    @Test func aFileWithAnotherNameKeepsItsContent() async throws {
        try await withTemporaryDirectory { directory in
            let (path, other) = (directory + "/file", directory + "/other")
            try ResultFile.write([1], to: path)
            #expect(link(path, other) == 0)
            try ResultFile.write([2], to: path)
            #expect(try File.read(path) == [2])
            #expect(try File.read(other) == [1])
        }
    }

    @Test func aLinkIsReplacedAndNotFollowed() async throws {
        try await withTemporaryDirectory { directory in
            let (path, other) = (directory + "/file", directory + "/other")
            try File.write([1], to: other)
            #expect(symlink(other, path) == 0)
            try ResultFile.write([2], to: path)
            #expect(try File.read(path) == [2])
            #expect(try File.read(other) == [1])
        }
    }

    @Test func aPipeIsReplacedAndNobodyWaits() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/file"
            #expect(mkfifo(path, 0o600) == 0)
            try ResultFile.write([2], to: path)
            #expect(try File.read(path) == [2])
        }
    }

    @Test(arguments: [0o777, 0o4644, 0o200] as [mode_t])
    func aFileWithOtherPermissionsIsReplaced(mode: mode_t) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/file"
            try ResultFile.write([1], to: path)
            #expect(chmod(path, mode) == 0)
            try ResultFile.write([2], to: path)
            #expect(Self.status(path).st_mode & 0o7777 & ~0o644 == 0)
            #expect(try File.read(path) == [2])
        }
    }
}
