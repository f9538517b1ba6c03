import CPlatform
import Glibc

extension File {
    /// Lets everybody execute a file who may read it. A symbolic link is not followed.
    public static func makeExecutable(_ path: String) throws(FileError) {
        let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        let mode = try file.status().st_mode & 0o7777
        let wanted = mode | (mode & 0o444) >> 2
        guard wanted != mode else { return }
        guard fchmod(file.raw, wanted) == 0 else {
            throw FileError(code: errno, operation: "make executable", path: path)
        }
    }
}
