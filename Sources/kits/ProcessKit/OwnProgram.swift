import Glibc

/// The file that this process runs.
public enum OwnProgram {
    /// Its absolute path, links resolved; empty when /proc is not there.
    public static var path: String {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &target, target.count)
        return String(decoding: target.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The folder that it is in.
    public static var folder: String {
        let path = path
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}
