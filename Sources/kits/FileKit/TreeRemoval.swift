import CPlatform
import Glibc

extension Directory {
    /// Removes a file or a whole tree. Nothing there is no error.
    ///
    /// Symbolic links are removed, never followed. Directories of ours that lack permissions are made writable first.
    /// Any depth of nesting works. What other processes remove meanwhile is no error.
    public static func removeTree(_ path: String) throws(FileError) {
        var path = path
        // A slash behind a symbolic link would name the directory that it points to.
        while path.count > 1, path.last == "/" { path.removeLast() }
        let name = RawName(path)
        var attempts = 0
        while try !removeEntry(name, in: AT_FDCWD, path) {
            try TreeRemoval.countAttempt(&attempts, path)
            var removal = try TreeRemoval(path)
            try removal.empty()
        }
    }
}

/// Empties one tree, holding one descriptor however deep it is: down by name, up by `..`. That `..` is the directory
/// it came from is checked, as another process may have moved one elsewhere meanwhile.
private struct TreeRemoval: ~Copyable {
    /// A directory on the way from the root to the current one.
    private struct Level {
        /// The name within it that was descended into.
        let name: RawName
        let device: dev_t
        let inode: ino_t
    }

    /// How often a directory may fill up again while it is being emptied.
    private static let attemptLimit = 100

    private let root: String
    private var current: DirectoryStream
    private var levels: [Level] = []
    private var attempts = 0

    init(_ root: String) throws(FileError) {
        self.root = root
        current = try openDirectory(RawName(root), in: AT_FDCWD, root, root)
    }

    mutating func empty() throws(FileError) {
        while true {
            if let name = try firstLeft() {
                try descend(into: name)
            } else if let level = levels.popLast() {
                try ascend(to: level)
            } else {
                return
            }
        }
    }

    static func countAttempt(_ attempts: inout Int, _ path: String) throws(FileError) {
        attempts += 1
        if attempts > attemptLimit { throw FileError(code: ENOTEMPTY, operation: "remove", path: path) }
    }

    /// Removes what can be removed at once. Returns the first directory that is not empty.
    private func firstLeft() throws(FileError) -> RawName? {
        while let (name, _) = try current.next() {
            if try !removeEntry(name, in: current.raw, path(of: name)) { return name }
        }
        return nil
    }

    private mutating func descend(into name: RawName) throws(FileError) {
        let status = try identity(of: current)
        current = try openDirectory(name, in: current.raw, root, path(of: name))
        levels.append(Level(name: name, device: status.st_dev, inode: status.st_ino))
    }

    private mutating func ascend(to level: Level) throws(FileError) {
        let above = try openDirectory(.parent, in: current.raw, root, path(of: level.name))
        let status = try identity(of: above)
        guard status.st_dev == level.device, status.st_ino == level.inode else {
            throw FileError(code: ESTALE, operation: "remove", path: path(of: level.name))
        }
        current = above
        // Not empty again: the next round over the directory above finds it once more.
        if try !removeEntry(level.name, in: current.raw, path(of: level.name)) {
            try Self.countAttempt(&attempts, root)
        }
    }

    private func identity(of directory: borrowing DirectoryStream) throws(FileError) -> stat {
        var status = stat()
        let raw = directory.raw
        try retrying("stat a directory of", root) { fstat(raw, &status) }
        return status
    }

    /// Takes time in proportion to the depth: for errors only.
    private func path(of name: RawName) -> String {
        ([root] + (levels.map(\.name) + [name]).map(\.shown)).joined(separator: "/")
    }
}

/// Removes a file, a symbolic link or an empty directory. False when it is a directory with content.
private func removeEntry(
    _ name: RawName, in directory: CInt, _ path: @autoclosure () -> String
) throws(FileError) -> Bool {
    if unlinkat(directory, name.bytes, 0) == 0 { return true }
    var code = errno
    if code == EISDIR {
        if unlinkat(directory, name.bytes, AT_REMOVEDIR) == 0 { return true }
        code = errno
    }
    switch code {
    case ENOENT: return true
    case ENOTEMPTY, EEXIST: return false
    default: throw FileError(code: code, operation: "remove", path: path())
    }
}

/// Opens a directory with all permissions that emptying it takes, as far as it is ours to change them.
private func openDirectory(
    _ name: RawName, in directory: CInt, _ root: String, _ path: @autoclosure () -> String
) throws(FileError) -> DirectoryStream {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    var raw = openat(directory, name.bytes, flags)
    if raw == -1, errno == EACCES, fchmodat(directory, name.bytes, 0o700, AT_SYMLINK_NOFOLLOW) == 0 {
        raw = openat(directory, name.bytes, flags)
    }
    if raw == -1 { throw FileError(code: errno, operation: "open", path: path()) }
    let opened = Descriptor(raw: raw, path: root)
    if try opened.status().st_mode & 0o700 != 0o700 { fchmod(raw, 0o700) }
    return try DirectoryStream(opened)
}
