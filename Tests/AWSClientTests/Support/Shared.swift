import FileKit
import Glibc

/// Folders of the machine's maintainers, beside the package.
enum Shared {
    /// Nil where there is none.
    static func path(_ name: String) -> String? {
        let root = Path.parent(Path.parent(Path.parent(Path.parent(#filePath))))
        let base = getenv("FOQUS_SHARED").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        let path = Path.join(base ?? Path.join(Path.parent(root), "shared"), name)
        return File.exists(path) ? path : nil
    }
}
