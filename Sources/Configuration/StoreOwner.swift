import Glibc

/// Lets root work on a store as its owner does: files that root made there would be closed to the gateway and workers.
public enum StoreOwner {
    /// Becomes the owner of `directory` for the rest of the process. Does nothing for anybody but root, or when the
    /// directory is not there yet.
    public static func become(ownerOf directory: String) throws(ConfigurationError) {
        var status = stat()
        guard geteuid() == 0, stat(directory, &status) == 0, status.st_uid != 0 else { return }
        // In this order: the first two need root.
        guard setgroups(0, nil) == 0, setegid(status.st_gid) == 0, seteuid(status.st_uid) == 0 else {
            throw ConfigurationError(
                "cannot act as the owner of \(directory): \(String(cString: strerror(errno)))")
        }
    }
}
