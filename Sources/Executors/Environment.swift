import Glibc

/// This program's own environment, as far as it is handed on.
enum Environment {
    /// Where programs are looked up.
    static var path: String { self["PATH"] ?? "/usr/local/bin:/usr/bin:/bin" }

    static subscript(name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
