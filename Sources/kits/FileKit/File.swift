import CPlatform
import Glibc

/// Blocking operations on whole files. Symbolic links are followed unless said otherwise.
public enum File {
    /// The content of a file. Files of /proc and pipes work too.
    /// - Parameter limit: the most bytes to accept; a larger file is an error with the code `EFBIG`.
    public static func read(_ path: String, limit: Int = .max) throws(FileError) -> [UInt8] {
        let file = try Descriptor(opening: path, O_RDONLY)
        // One more byte than expected, so that the end is found without growing.
        var bytes = [UInt8](repeating: 0, count: max(0, min(Int(try file.status().st_size), limit)) + 1)
        var count = 0
        while true {
            if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: max(count, 4096))) }
            let got = try bytes.withUnsafeMutableBufferPointer { all throws(FileError) in
                try file.read(into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: all[count...])))
            }
            count += got
            if count > limit { throw FileError(code: EFBIG, operation: "read", path: path) }
            if got == 0 { break }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Reads a file in pieces, without holding it in memory.
    /// - Parameter size: the most bytes of a piece.
    public static func forEachChunk(
        of path: String, size: Int = 256 << 10, _ body: (UnsafeRawBufferPointer) throws(FileError) -> Void
    ) throws(FileError) {
        let file = try Descriptor(opening: path, O_RDONLY)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try file.read(into: buffer), count > 0 {
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// In bytes.
    public static func size(_ path: String) throws(FileError) -> Int {
        var status = stat()
        try retrying("stat", path) { stat(path, &status) }
        return Int(status.st_size)
    }

    /// Whether anything is at `path`. A dangling symbolic link is something.
    public static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Removes a file or a symbolic link. Nothing there is no error.
    public static func remove(_ path: String) throws(FileError) {
        if unlink(path) == -1, case let code = errno, code != ENOENT {
            throw FileError(code: code, operation: "remove", path: path)
        }
    }

    /// Renames within one file system, replacing a file at `target` in one step.
    public static func move(from source: String, to target: String) throws(FileError) {
        try retrying("move \(source) to", target) { rename(source, target) }
    }
}
