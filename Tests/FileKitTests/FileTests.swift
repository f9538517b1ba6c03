import FileKit
import Glibc
import Testing

@Suite struct FileTests {
    @Test func readsWhatWasWritten() throws {
        try withScratch { scratch in
            let path = Path.join(scratch, "file")
            for size in [0, 1, 4095, 4096, 4097, 300_000] {
                let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                try File.writeAtomically(bytes, to: path, sync: size == 1)
                #expect(try File.read(path) == bytes)
                #expect(try File.size(path) == size)
                #expect(try File.read(path, limit: size) == bytes)
                if size > 0 {
                    let error = #expect(throws: FileError.self) { try File.read(path, limit: size - 1) }
                    #expect(error?.code == EFBIG)
                }
            }
        }
    }

    @Test func readsFilesOfUnknownSize() throws {
        #expect(try text(of: "/proc/self/status").contains("Pid:"))
    }

    @Test func readsInChunks() throws {
        try withScratch { scratch in
            let path = Path.join(scratch, "file")
            let bytes = (0..<10_001).map { UInt8(truncatingIfNeeded: $0) }
            try File.writeAtomically(bytes, to: path)
            var read: [UInt8] = []
            var sizes: [Int] = []
            try File.forEachChunk(of: path, size: 4096) { chunk in
                read += chunk
                sizes.append(chunk.count)
            }
            #expect(read == bytes)
            #expect(sizes == [4096, 4096, 1809])
        }
    }

    @Test func errorsNameOperationPathAndReason() throws {
        try withScratch { scratch in
            let path = Path.join(scratch, "missing")
            #expect(throws: FileError(code: ENOENT, operation: "open", path: path)) { try File.read(path) }
            #expect(throws: FileError(code: ENOENT, operation: "stat", path: path)) { try File.size(path) }
            #expect(throws: FileError(code: EISDIR, operation: "read", path: scratch)) { try File.read(scratch) }
            #expect(
                FileError(code: EACCES, operation: "open", path: "/x").description
                    == "cannot open /x: Permission denied")
        }
    }

    @Test func replacesInOneStep() throws {
        try withScratch { scratch in
            let path = Path.join(scratch, "file")
            try write("old", to: path)
            let old = open(path, O_RDONLY | O_CLOEXEC)
            defer { close(old) }
            try write("new", to: path)
            var buffer = [UInt8](repeating: 0, count: 8)
            #expect(Glibc.read(old, &buffer, 8) == 3)
            #expect(buffer.starts(with: "old".utf8))
            #expect(try text(of: path) == "new")
            #expect(try Directory.list(scratch).map(\.name) == ["file"])
        }
    }

    @Test func leavesNothingWhenReplacingFails() throws {
        try withScratch { scratch in
            let target = Path.join(scratch, "directory")
            try Directory.create(target)
            let error = #expect(throws: FileError.self) { try write("x", to: target) }
            #expect(error?.code == EISDIR)
            #expect(error?.path == target)
            #expect(try Directory.list(scratch).map(\.name) == ["directory"])
        }
    }

    @Test func replacesLinksInsteadOfFollowingThem() throws {
        try withScratch { scratch in
            let (target, link) = (Path.join(scratch, "target"), Path.join(scratch, "link"))
            try write("kept", to: target)
            symlink(target, link)
            try write("new", to: link)
            #expect(try text(of: target) == "kept")
            #expect(try text(of: link) == "new")
        }
    }

    @Test func setsPermissions() throws {
        try withScratch { scratch in
            let path = Path.join(scratch, "secret")
            try File.writeAtomically([1], to: path, mode: 0o600)
            #expect(try permissions(of: path) == 0o600)
        }
    }

    @Test func copiesContentAndPermissions() throws {
        try withScratch { scratch in
            let (source, target) = (Path.join(scratch, "source"), Path.join(scratch, "target"))
            let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try File.writeAtomically(bytes, to: source, mode: 0o700)
            try write("old", to: target)
            try File.copy(from: source, to: target)
            #expect(try File.read(target) == bytes)
            #expect(try permissions(of: target) == 0o700)
            try File.copy(from: "/proc/self/status", to: target, sync: true)
            #expect(try text(of: target).contains("Pid:"))
            let missing = Path.join(scratch, "missing")
            #expect(throws: FileError(code: ENOENT, operation: "open", path: missing)) {
                try File.copy(from: missing, to: target)
            }
        }
    }

    @Test func movesAndRemoves() throws {
        try withScratch { scratch in
            let (source, target) = (Path.join(scratch, "a"), Path.join(scratch, "b"))
            try write("x", to: source)
            try File.move(from: source, to: target)
            #expect(!File.exists(source) && File.exists(target))
            try File.remove(target)
            try File.remove(target)
            #expect(!File.exists(target))
            symlink("nowhere", source)
            #expect(File.exists(source))
            #expect(throws: FileError.self) { try File.remove(scratch) }
        }
    }

    @Test func opensNothingThatChildrenInherit() throws {
        try withScratch { scratch in
            let lock = try #require(try FileLock.acquire(Path.join(scratch, "lock")))
            let descriptors = try Directory.list("/proc/self/fd").compactMap { CInt($0.name) }
            let ours = descriptors.filter { descriptor in
                var buffer = [CChar](repeating: 0, count: 4096)
                let count = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
                let path = String(decoding: buffer.prefix(max(count, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
                return path.hasPrefix(scratch)
            }
            #expect(ours.count == 1)
            #expect(ours.allSatisfy { fcntl($0, F_GETFD) & FD_CLOEXEC != 0 })
            lock.release()
        }
    }

    @Test func measuresFreeSpace() throws {
        #expect(try DiskSpace.available("/tmp") > 0)
        #expect(throws: FileError.self) { try DiskSpace.available("/nowhere") }
    }
}
