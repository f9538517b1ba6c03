import FileKit
import Glibc
import Testing

@Suite struct DirectoryTests {
    @Test func refusesWhereNoDirectoryCanBe() {
        let error = #expect(throws: FileError.self) { try Directory.create("/proc/nowhere/below") }
        #expect(error?.path == "/proc/nowhere")
        #expect(error?.code == ENOENT)
    }

    @Test func createsAllThatIsMissing() throws {
        try withScratch { scratch in
            let path = Path.join(scratch, "a/b/c")
            try Directory.create(path, mode: 0o700)
            try Directory.create(path + "/")
            #expect(try permissions(of: path) == 0o700)
            try write("x", to: Path.join(path, "file"))
            let error = #expect(throws: FileError.self) { try Directory.create(Path.join(path, "file")) }
            #expect(error?.code == ENOTDIR)
            #expect(throws: FileError.self) { try Directory.create(Path.join(path, "file/below")) }
        }
    }

    @Test func listsSorted() throws {
        try withScratch { scratch in
            try write("x", to: Path.join(scratch, "b"))
            try Directory.create(Path.join(scratch, "c"))
            symlink("c", Path.join(scratch, "a"))
            mkfifo(Path.join(scratch, "d"), 0o600)
            #expect(
                try Directory.list(scratch) == [
                    Directory.Entry(name: "a", kind: .symbolicLink), Directory.Entry(name: "b", kind: .file),
                    Directory.Entry(name: "c", kind: .directory), Directory.Entry(name: "d", kind: .other),
                ])
            #expect(throws: FileError.self) { try Directory.list(Path.join(scratch, "b")) }
        }
    }

    @Test func refusesToListNamesThatAreNotUTF8() throws {
        try withScratch { scratch in
            let name = Array(Path.join(scratch, "x").utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0]
            close(open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
            let error = #expect(throws: FileError.self) { try Directory.list(scratch) }
            #expect(error?.code == EILSEQ)
            try Directory.removeTree(scratch)
            #expect(!File.exists(scratch))
        }
    }

    @Test func findsTheFilesOfATreeWithoutFollowingLinks() throws {
        try withScratch { scratch in
            let tree = Path.join(scratch, "tree")
            try Directory.create(Path.join(tree, "b/c"))
            try write("12345", to: Path.join(tree, "b/c/deep"))
            try write("123", to: Path.join(tree, "a"))
            try write("outside", to: Path.join(scratch, "outside"))
            symlink("../outside", Path.join(tree, "link"))
            symlink("..", Path.join(tree, "loop"))
            #expect(try Directory.files(under: tree) == ["a", "b/c/deep"])
            #expect(try Directory.size(under: tree) == 8)
        }
    }

    @Test func refusesToWalkTreesOfExcessiveDepth() throws {
        try withScratch { scratch in
            try Directory.create(scratch + String(repeating: "/d", count: 300))
            let error = #expect(throws: FileError.self) { try Directory.files(under: scratch) }
            #expect(error?.code == ELOOP)
        }
    }
}

@Suite struct TreeRemovalTests {
    @Test func removesTreesFilesAndNothing() throws {
        try withScratch { scratch in
            let tree = Path.join(scratch, "tree")
            for directory in ["a/b/c", "a/d", "e"] { try Directory.create(Path.join(tree, directory)) }
            for file in ["f", "a/f", "a/b/f", "a/b/c/f", "a/d/f"] { try write("x", to: Path.join(tree, file)) }
            try Directory.removeTree(tree + "/")
            #expect(!File.exists(tree))
            try Directory.removeTree(tree)
            try write("x", to: tree)
            try Directory.removeTree(tree)
            #expect(!File.exists(tree))
            #expect(throws: FileError.self) { try Directory.removeTree("/proc/self/status") }
        }
    }

    @Test func followsNoLinks() throws {
        try withScratch { scratch in
            let (tree, outside) = (Path.join(scratch, "tree"), Path.join(scratch, "outside"))
            try Directory.create(tree)
            try Directory.create(outside)
            try write("kept", to: Path.join(outside, "file"))
            symlink(outside, Path.join(tree, "link"))
            symlink(outside, Path.join(scratch, "link"))
            try Directory.removeTree(tree)
            try Directory.removeTree(Path.join(scratch, "link") + "/")
            #expect(try Directory.list(scratch).map(\.name) == ["outside"])
            #expect(try text(of: Path.join(outside, "file")) == "kept")
        }
    }

    @Test func removesWhatLacksPermissions() throws {
        try withScratch { scratch in
            try asOrdinaryUser(owning: scratch) {
                let tree = Path.join(scratch, "tree")
                for (name, mode) in [
                    ("readOnly", 0o555), ("unreadable", 0o000), ("listOnly", 0o444), ("noList", 0o333),
                ]
                    as [(String, mode_t)]
                {
                    try Directory.create(Path.join(tree, name, "below"))
                    try write("x", to: Path.join(tree, name, "file"))
                    chmod(Path.join(tree, name), mode)
                }
                chmod(tree, 0o500)
                #expect(throws: FileError.self) { try write("x", to: Path.join(tree, "file")) }
                try Directory.removeTree(tree)
                #expect(!File.exists(tree))
            }
        }
    }

    @Test func reportsWhatItMayNotRemove() throws {
        try withScratch { scratch in
            let tree = Path.join(scratch, "tree")
            try Directory.create(tree)
            chmod(scratch, 0o555)
            try asOrdinaryUser(owning: tree) {
                try write("x", to: Path.join(tree, "file"))
                let error = #expect(throws: FileError.self) { try Directory.removeTree(tree) }
                #expect(error?.code == EACCES)
                #expect(error?.path == tree)
            }
            chmod(scratch, 0o755)
        }
    }

    /// Deeper than the longest path and than the descriptors of a process reach.
    @Test func removesAnyDepth() throws {
        try withScratch { scratch in
            let tree = Path.join(scratch, "tree")
            try Directory.create(tree)
            var directory = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            for _ in 0..<1500 {
                #expect(mkdirat(directory, "deeper", 0o755) == 0)
                close(openat(directory, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
                let next = openat(directory, "deeper", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                close(directory)
                directory = next
            }
            close(directory)
            try Directory.removeTree(tree)
            #expect(!File.exists(tree))
        }
    }

    @Test func removesManyEntries() throws {
        try withScratch { scratch in
            let tree = Path.join(scratch, "tree")
            for index in 0..<60 {
                let directory = Path.join(tree, "d\(index)")
                try Directory.create(directory)
                for file in 0..<30 {
                    close(open(Path.join(directory, "f\(file)"), O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
                }
            }
            try Directory.removeTree(tree)
            #expect(!File.exists(tree))
        }
    }
}

@Suite struct TemporaryDirectoryTests {
    @Test func isPrivateUniqueAndRemovable() throws {
        let first = try TemporaryDirectory(prefix: "filekit-tests")
        let second = try TemporaryDirectory(prefix: "filekit-tests")
        #expect(first.path != second.path)
        #expect(try permissions(of: first.path) == 0o700)
        try write("x", to: Path.join(first.path, "file"))
        try first.remove()
        try second.remove()
        #expect(!File.exists(first.path) && !File.exists(second.path))
        #expect(throws: FileError.self) { try TemporaryDirectory(below: "/nowhere") }
    }
}

@Suite struct FileLockTests {
    @Test func excludesOthersUntilReleased() throws {
        try withScratch { scratch in
            let path = Path.join(scratch, "lock")
            let first = try #require(try FileLock.acquire(path))
            #expect(try FileLock.acquire(path) == nil)
            #expect(FileLock.holder(of: path) == getpid())
            first.release()
            first.release()
            var second = try FileLock.acquire(path)
            #expect(second != nil)
            #expect(try FileLock.acquire(path) == nil)
            second = nil
            #expect(try FileLock.acquire(path) != nil)
        }
    }

    @Test func needsADirectory() {
        #expect(throws: FileError(code: ENOENT, operation: "open", path: "/nowhere/lock")) {
            try FileLock.acquire("/nowhere/lock")
        }
        #expect(FileLock.holder(of: "/nowhere/lock") == nil)
    }
}
