import CPlatform
import Glibc

extension File {
    /// Replaces the content of `path` in one step: readers see the old content or the new, never a part, and a failure
    /// leaves the old. A symbolic link at `path` is replaced, not followed.
    /// - Parameters:
    ///   - mode: the permissions of the file, less the umask.
    ///   - sync: return only when content and name have reached the disk.
    public static func writeAtomically(
        _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644, sync: Bool = false
    ) throws(FileError) {
        try replace(path, mode: mode, sync: sync) { file throws(FileError) in
            try bytes.withUnsafeBufferPointer { bytes throws(FileError) in
                try file.writeAll(UnsafeRawBufferPointer(bytes))
            }
        }
    }

    /// Copies content and permissions, replacing `target` in one step. On file systems that can (btrfs, XFS), the copy
    /// shares the blocks of the source.
    public static func copy(from source: String, to target: String, sync: Bool = false) throws(FileError) {
        let from = try Descriptor(opening: source, O_RDONLY)
        let mode = try from.status().st_mode & 0o777
        try replace(target, mode: mode, sync: sync) { file throws(FileError) in
            try copyContent(from, file)
        }
    }

    /// Copies content and permissions to a file that is not there yet, where nobody looks before it is whole: cheaper
    /// than `copy` by a second directory entry.
    public static func copyNew(from source: String, to target: String) throws(FileError) {
        let from = try Descriptor(opening: source, O_RDONLY)
        let mode = try from.status().st_mode & 0o777
        let file = try Descriptor(opening: target, O_WRONLY | O_CREAT | O_EXCL, mode: UInt32(mode))
        try copyContent(from, file)
    }

    private static func copyContent(
        _ from: borrowing Descriptor, _ file: borrowing Descriptor
    ) throws(FileError) {
        if share(from, file) { return }
        try copyByKernel(from, file)
        try copyByBuffer(from, file)
    }

    /// Has `fill` write a new file beside `path`, then gives it that name.
    private static func replace(
        _ path: String, mode: UInt32, sync: Bool, _ fill: (borrowing Descriptor) throws(FileError) -> Void
    ) throws(FileError) {
        let directory = Path.parent(path)
        let (temporary, raw) = try createTemporary(in: directory, mode: mode, for: path)
        do throws(FileError) {
            let file = Descriptor(raw: raw, path: path)
            try fill(file)
            if sync { try file.sync() }
            try retrying("replace", path) { rename(temporary, path) }
        } catch {
            unlink(temporary)
            throw error
        }
        if sync { try Directory.sync(directory) }
    }

    private static func createTemporary(
        in directory: String, mode: UInt32, for path: String
    ) throws(FileError) -> (path: String, descriptor: CInt) {
        while true {
            // Short, so that it fits wherever the name of `path` fits; hidden, so that nobody lists it as a result.
            let temporary = Path.join(directory, ".\(String(UInt64.random(in: 0...(.max)), radix: 36)).tmp")
            let raw = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
            if raw != -1 { return (temporary, raw) }
            let code = errno
            if code != EEXIST && code != EINTR { throw FileError(code: code, operation: "create", path: path) }
        }
    }

    /// Makes `to` a copy that shares the blocks of `from`. False when the file system cannot.
    private static func share(_ from: borrowing Descriptor, _ to: borrowing Descriptor) -> Bool {
        let cloneFile: UInt = 0x4004_9409  // FICLONE of linux/fs.h: a macro that Swift cannot import
        return ioctl(to.raw, cloneFile, from.raw) == 0
    }

    /// Copies until the end, or until the kernel tells that it cannot for these files.
    private static func copyByKernel(_ from: borrowing Descriptor, _ to: borrowing Descriptor) throws(FileError) {
        while true {
            let count = sendfile(to.raw, from.raw, nil, 1 << 30)
            if count == 0 { return }
            if count > 0 { continue }
            switch errno {
            case EINTR: continue
            case EINVAL, ENOSYS: return
            case let code: throw FileError(code: code, operation: "copy \(from.path) to", path: to.path)
            }
        }
    }

    /// Copies what is left. The kernel's copy can also stop early without an error, as it does in /proc.
    private static func copyByBuffer(_ from: borrowing Descriptor, _ to: borrowing Descriptor) throws(FileError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try from.read(into: buffer), count > 0 {
            try to.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
