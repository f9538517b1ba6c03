import CPlatform
import Glibc

/// Room in the file system.
public enum DiskSpace {
    /// The bytes that an unprivileged process may still write where `path` is, which must exist.
    public static func available(_ path: String) throws(FileError) -> Int {
        var status = statvfs()
        try retrying("measure the free space of", path) { statvfs(path, &status) }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }
}
