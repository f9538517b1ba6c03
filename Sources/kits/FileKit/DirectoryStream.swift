import CPlatform
import Glibc

/// The names in an open directory.
struct DirectoryStream: ~Copyable {
    private let stream: OpaquePointer
    private let path: String

    /// Takes over the descriptor's file.
    init(_ directory: consuming Descriptor) throws(FileError) {
        path = directory.path
        // The stream owns its descriptor, so it gets one of its own.
        let path = path
        let copy = try retrying("open", path) { fcntl(directory.raw, F_DUPFD_CLOEXEC, 0) }
        guard let stream = fdopendir(copy) else {
            let code = errno
            close(copy)
            throw FileError(code: code, operation: "list", path: path)
        }
        self.stream = stream
    }

    deinit {
        closedir(stream)
    }

    /// The descriptor of the directory; valid as long as this stream.
    var raw: CInt { dirfd(stream) }

    /// The next name with its type (`DT_…`, `DT_UNKNOWN` on some file systems).
    borrowing func next() throws(FileError) -> (name: RawName, type: UInt8)? {
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw FileError(code: errno, operation: "list", path: path) }
                return nil
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) {
                    Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
                }
            }
            if name == [0x2E, 0] || name == RawName.parent.bytes { continue }
            return (RawName(bytes: name), entry.pointee.d_type)
        }
    }

    /// The entries left, sorted by name.
    borrowing func entries() throws(FileError) -> [Directory.Entry] {
        var entries: [Directory.Entry] = []
        while let (name, type) = try next() {
            guard let text = name.text else {
                throw FileError(code: EILSEQ, operation: "list", path: Path.join(path, name.shown))
            }
            entries.append(Directory.Entry(name: text, kind: try kind(name, type)))
        }
        return entries.sorted { $0.name < $1.name }
    }

    private borrowing func kind(_ name: RawName, _ type: UInt8) throws(FileError) -> Directory.Entry.Kind {
        switch CInt(type) {
        case CInt(DT_REG): return .file
        case CInt(DT_DIR): return .directory
        case CInt(DT_LNK): return .symbolicLink
        case CInt(DT_UNKNOWN):
            var status = stat()
            let raw = raw
            try retrying("stat", Path.join(path, name.shown)) {
                fstatat(raw, name.bytes, &status, AT_SYMLINK_NOFOLLOW)
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: return .file
            case S_IFDIR: return .directory
            case S_IFLNK: return .symbolicLink
            default: return .other
            }
        default: return .other
        }
    }
}
