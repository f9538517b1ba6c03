import CPlatform
import Glibc

/// Blocking operations on directories and trees.
public enum Directory {
    /// One name in a directory.
    public struct Entry: Sendable, Hashable {
        public enum Kind: Sendable {
            case file
            case directory
            /// Not followed, whatever it points to.
            case symbolicLink
            /// A socket, pipe or device.
            case other
        }

        public let name: String
        public let kind: Kind

        public init(name: String, kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    /// Creates a directory and those above it that are missing. One that exists is left as it is.
    /// - Parameter mode: the permissions of each new directory, less the umask.
    public static func create(_ path: String, mode: UInt32 = 0o755) throws(FileError) {
        var code = mkdir(path, mode) == 0 ? 0 : errno
        let parent = Path.parent(path)
        if code == ENOENT, parent != path, parent != "." {
            try create(parent, mode: mode)
            // Once: file systems without room for directories, as /proc, say ENOENT below a parent that exists.
            code = mkdir(path, mode) == 0 ? 0 : errno
        }
        switch code {
        case 0: return
        case EEXIST:
            var status = stat()
            try retrying("stat", path) { stat(path, &status) }
            if status.st_mode & S_IFMT != S_IFDIR {
                throw FileError(code: ENOTDIR, operation: "create the directory", path: path)
            }
        default: throw FileError(code: code, operation: "create the directory", path: path)
        }
    }

    /// The entries of a directory, sorted by name.
    ///
    /// A name that is not UTF-8 is an error with the code `EILSEQ`, as no string could name it again.
    public static func list(_ path: String) throws(FileError) -> [Entry] {
        try DirectoryStream(Descriptor(opening: path, O_RDONLY | O_DIRECTORY)).entries()
    }

    /// Returns when the names in a directory are on the disk, after files were created, renamed or removed in it.
    public static func sync(_ path: String) throws(FileError) {
        try Descriptor(opening: path, O_RDONLY | O_DIRECTORY).sync()
    }
}
