import CryptoTools
import FileKit
import Glibc
import Stores
import Threading

/// The files that hold large objects. A file is written once under a name of its own and never changed.
struct BlobDirectory: Sendable {
    private static let chunkSize = 256 << 10

    let path: String
    let random: any RandomSource
    let pool: BlockingPool

    /// A file that holds an object's content, or will.
    struct Blob: Sendable, Hashable {
        let name: String
    }

    func newBlob() -> Blob { Blob(name: Hex.encode(random.bytes(16))) }

    /// `DIR/xx/NAME`: 256 directories keep each one small.
    func path(of blob: Blob) -> String { Path.join(path, String(blob.name.prefix(2)), blob.name) }

    func write(_ content: [UInt8], to blob: Blob) async throws(FileError) {
        try await pool.run { () throws(FileError) in
            let target = try self.prepare(blob)
            try File.writeAtomically(content, to: target, mode: 0o640, sync: true)
        }
    }

    /// Copies a file, without ever holding all of it. Returns its SHA-256 and its size in bytes.
    func copy(_ source: String, to blob: Blob) async throws(FileError) -> (hash: [UInt8], size: Int) {
        try await pool.run { () throws(FileError) in
            let target = try self.prepare(blob)
            do throws(FileError) {
                return try Self.copyHashing(source, to: target)
            } catch {
                unlink(target)
                throw error
            }
        }
    }

    func read(_ blob: Blob) async throws(FileError) -> [UInt8] {
        let path = path(of: blob)
        return try await pool.run { () throws(FileError) in try File.read(path) }
    }

    func copy(_ blob: Blob, toFile target: String) async throws(FileError) {
        let path = path(of: blob)
        try await pool.run { () throws(FileError) in try File.copy(from: path, to: target) }
    }

    /// Removes files that no object refers to any more. What cannot be removed is left to the next sweep.
    func remove(_ blobs: [Blob]) {
        if blobs.isEmpty { return }
        pool.submit { for blob in blobs { unlink(self.path(of: blob)) } }
    }

    private func prepare(_ blob: Blob) throws(FileError) -> String {
        let path = path(of: blob)
        try Directory.create(Path.parent(path), mode: 0o750)
        return path
    }

    private static func copyHashing(_ source: String, to target: String) throws(FileError) -> (hash: [UInt8], size: Int)
    {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw FileError(code: errno, operation: "open", path: source) }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard output >= 0 else { throw FileError(code: errno, operation: "create", path: target) }
        defer { close(output) }
        var hasher = SHA256Hasher()
        var buffer = [UInt8](repeating: 0, count: chunkSize)
        var size = 0
        while true {
            let count = Glibc.read(input, &buffer, chunkSize)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(code: errno, operation: "read", path: source)
            }
            buffer[..<count].withUnsafeBytes { hasher.update($0) }
            try writeAll(buffer[..<count], to: output, path: target)
            size += count
        }
        guard fsync(output) == 0 else { throw FileError(code: errno, operation: "sync", path: target) }
        try Directory.sync(Path.parent(target))
        return (hasher.finish(), size)
    }

    private static func writeAll(_ bytes: ArraySlice<UInt8>, to output: CInt, path: String) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(code: errno, operation: "write", path: path)
            }
            rest = rest.dropFirst(count)
        }
    }
}
