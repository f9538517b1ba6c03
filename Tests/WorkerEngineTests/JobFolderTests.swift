import EmbeddedStores
import FOQUSModel
import FileKit
import Glibc
import Stores
import TestSupport
import Testing

@testable import WorkerEngine

/// Folders are used again only when nothing of a job can be left in them.
@Suite(.timeLimit(.minutes(1))) struct JobFolderTests {
    private static func fill(_ folders: JobFolders, _ path: String) throws -> JobFolder {
        try folders.make(path)
        try File.write([1], to: path + "/input.json")
        try File.write([2], to: path + "/model.txt")
        return JobFolder(path: path, staged: ["input.json", "model.txt"], furnished: ["input.json"])
    }

    private static func inode(_ path: String) -> ino_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_ino : 0
    }

    @Test func anUntouchedFolderIsUsedAgain() async throws {
        try await withTemporaryDirectory { root in
            let folders = JobFolders(root: root)
            let first = try Self.fill(folders, root + "/a")
            let inode = Self.inode(first.path)
            #expect(try folders.isUntouched(first))
            try folders.takeBack(first)
            #expect(!File.exists(first.path))
            try folders.make(root + "/b")
            #expect(Self.inode(root + "/b") == inode)
            // The model's file is gone, and that which each job has awaits its new content.
            #expect(try Directory.list(root + "/b").map(\.name) == ["input.json"])
            #expect(try Directory.list(root).map(\.name) == ["b"])
        }
    }

    @Test(arguments: ["file", "directory", "link", "pipe"])
    func whatAJobLeftIsNoticed(kind: String) async throws {
        try await withTemporaryDirectory { root in
            let folders = JobFolders(root: root)
            let folder = try Self.fill(folders, root + "/a")
            let path = folder.path + "/left"
            switch kind {
            case "file": try File.write([3], to: path)
            case "directory": try Directory.create(path)
            case "link": #expect(symlink("/etc/passwd", path) == 0)
            default: #expect(mkfifo(path, 0o600) == 0)
            }
            #expect(try !folders.isUntouched(folder))
        }
    }

    @Test func aFolderWithOtherPermissionsIsGivenUp() async throws {
        try await withTemporaryDirectory { root in
            for mode: mode_t in [0o777, 0o500, 0o4750] {
                let folders = JobFolders(root: root)
                let folder = try Self.fill(folders, root + "/a")
                #expect(chmod(folder.path, mode) == 0)
                try folders.takeBack(folder)
                #expect(try Directory.list(root).isEmpty)
            }
        }
    }

    @Test func aFolderThatVanishedIsReplaced() async throws {
        try await withTemporaryDirectory { root in
            let folders = JobFolders(root: root)
            try folders.takeBack(try Self.fill(folders, root + "/a"))
            for entry in try Directory.list(root) { try Directory.removeTree(root + "/" + entry.name) }
            try folders.make(root + "/b")
            #expect(try Directory.list(root).map(\.name) == ["b"])
        }
    }

    /// Through the whole workspace: nothing of one job is seen by the next, and what a job made is found.
    @Test func jobsSeeNothingOfEachOther() async throws {
        try await withFixture { fixture in
            let workspace = try await DiskWorkspace(
                stateDirectory: fixture.directory, cacheLimit: 1 << 20, objects: fixture.backend.objects)
            let listing = try await workspace.listing(of: try SimulationName("Flash"), user: fixture.user)
            let simulation = try await workspace.stage(listing)
            for round in 0..<4 {
                let attempt: AttemptID = SystemRandom().identifier()
                let folder = try await workspace.prepare(attempt, simulation: simulation) {
                    directory throws(FileError) in
                    try File.write([UInt8(round)], to: directory + "/input.json")
                    return ["input.json"]
                }
                #expect(try File.read(folder.path + "/input.json") == [UInt8(round)])
                #expect(try File.read(folder.path + "/session.foqus") == [1, 2, 3])
                #expect(try Directory.list(folder.path).count == 2)
                // As a job may do: change what was staged, and in every other round make something.
                try File.write([9, 9], to: folder.path + "/session.foqus")
                if round % 2 == 1 { try File.write([7, 7, 7], to: folder.path + "/made") }
                let made = try await workspace.harvest(folder)
                #expect(made == (round % 2 == 1 ? [GeneratedFile(relativePath: "made", size: 3)] : []))
                #expect(File.exists(folder.path) == (round % 2 == 1))
                try await workspace.remove(path: folder.path)
            }
            await workspace.unpin(simulation)
        }
    }
}
