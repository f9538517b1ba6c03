import FileKit
import Glibc
import TestSupport

/// Processes that jobs started, found by their environment, whoever their parent is now.
enum Strays {
    /// The processes of jobs whose files are below `directory`.
    static func processes(below directory: String) -> [Int32] {
        let entries = (try? Directory.list("/proc")) ?? []
        return entries.compactMap { Int32($0.name) }.filter { pid in
            guard let bytes = try? File.read("/proc/\(pid)/environ") else { return false }
            let variables = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return variables.contains { $0.hasPrefix("FOQUS_ATTEMPT_ID=") }
                && variables.contains { $0.hasPrefix("HOME=\(directory)/") }
        }
    }

    static func kill(below directory: String) async {
        // Again and again, as one may just have started another.
        try? await eventually("strays are gone") {
            let found = processes(below: directory)
            for pid in found { Glibc.kill(pid, SIGKILL) }
            return found.isEmpty
        }
    }
}
