import FileKit
import Glibc

extension Machine {
    /// This one.
    public static func current() -> Machine {
        var name = [CChar](repeating: 0, count: 256)
        let isNamed = gethostname(&name, name.count - 1) == 0
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return Machine(
            cores: max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))), hostName: isNamed && !text.isEmpty ? text : "localhost",
            fileExists: { File.exists($0) })
    }
}
