import CPlatform
import Glibc

extension Directory {
    /// Deeper trees are refused: each level holds a descriptor while it is walked.
    private static let depthLimit = 256

    /// The regular files of a tree as paths relative to `root`, sorted. Symbolic links are neither followed nor listed.
    /// - Throws: code `ELOOP` when directories are nested more than 256 deep.
    public static func files(under root: String) throws(FileError) -> [String] {
        var files: [String] = []
        try walk(root) { directory, entry, relative throws(FileError) in files.append(relative) }
        return files
    }

    /// The sum of the sizes of the regular files of a tree, in bytes. Files that vanish meanwhile do not count.
    public static func size(under root: String) throws(FileError) -> Int {
        var total = 0
        try walk(root) { directory, name, relative throws(FileError) in
            var status = stat()
            if fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
                total += Int(status.st_size)
            } else if case let code = errno, code != ENOENT {
                throw FileError(code: code, operation: "stat", path: Path.join(root, relative))
            }
        }
        return total
    }

    private typealias Visit = (_ directory: CInt, _ name: String, _ relative: String) throws(FileError) -> Void

    /// Calls `visit` for each regular file. Goes from directory to directory by descriptors, so that nobody can lead
    /// it out of the tree by putting a symbolic link in its way.
    private static func walk(_ root: String, _ visit: Visit) throws(FileError) {
        let top = try DirectoryStream(Descriptor(opening: root, O_RDONLY | O_DIRECTORY))
        try walk(top, root, prefix: "", depth: 0, visit)
    }

    private static func walk(
        _ directory: borrowing DirectoryStream, _ root: String, prefix: String, depth: Int, _ visit: Visit
    ) throws(FileError) {
        if depth > depthLimit { throw FileError(code: ELOOP, operation: "walk", path: Path.join(root, prefix)) }
        let raw = directory.raw
        for entry in try directory.entries() {
            let relative = prefix + entry.name
            switch entry.kind {
            case .file: try visit(raw, entry.name, relative)
            case .directory:
                let path = Path.join(root, relative)
                let child = try retrying("open", path) {
                    openat(raw, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                }
                let stream = try DirectoryStream(Descriptor(raw: child, path: path))
                try walk(stream, root, prefix: relative + "/", depth: depth + 1, visit)
            case .symbolicLink, .other: break
            }
        }
    }
}
