import FileKit
import Glibc

/// The memory of a process.
enum ResidentMemory {
    /// The resident set in bytes; 0 when there is no such process.
    static func bytes(of pid: Int32) -> UInt64 {
        guard let text = try? File.read("/proc/\(pid)/statm", limit: 4096) else { return 0 }
        let fields = text.split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = UInt64(String(decoding: fields[1], as: UTF8.self)) else { return 0 }
        return pages * UInt64(sysconf(CInt(_SC_PAGESIZE)))
    }
}
