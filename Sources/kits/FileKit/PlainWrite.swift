import Glibc

extension File {
    /// Writes a file anew in place: for files that nobody reads meanwhile, where `writeAtomically` does more than needed.
    /// - Parameter mode: the permissions of a new file, less the umask.
    public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o640) throws(FileError) {
        let file = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
        try bytes.withUnsafeBufferPointer { bytes throws(FileError) in
            try file.writeAll(UnsafeRawBufferPointer(bytes))
        }
    }
}
