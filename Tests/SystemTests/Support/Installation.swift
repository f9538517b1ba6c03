import FileKit
import Glibc
import TestSupport

/// Where things are that the tests use: this package's folder, its programs as they were just built, Python.
enum Installation {
    /// The package's folder.
    static let root = Path.parent(Path.parent(Path.parent(Path.parent(#filePath))))

    static func example(_ name: String) -> String { Path.join(root, "Examples", name) }

    /// A program of the package. The build puts programs and the bundle of the tests into one folder.
    static func program(_ name: String) throws -> String {
        let path = Path.join(Path.parent(try link("/proc/self/exe")), name)
        guard File.exists(path) else {
            throw TestSupportError("\(path) is missing: build it with swift build --build-tests")
        }
        return path
    }

    /// Python with the FOQUS engine.
    static func python() throws -> String { try python("FOQUS_PYTHON", "foqus-venv") }

    /// Python with FMPy and Cantera.
    static func sinterPython() throws -> String { try python("FOQUS_SINTER_PYTHON", "sinter-venv") }

    private static func python(_ name: String, _ environment: String) throws -> String {
        let made = Path.join(root, ".build/\(environment)/bin/python3")
        let path = variable(name) ?? made
        guard File.exists(path) else {
            throw TestSupportError("\(path) is missing: run script/test system, which makes it")
        }
        return path
    }

    /// A folder or tool of the machine's maintainers, beside the package; nil where there is none.
    static func shared(_ name: String) -> String? {
        let base = variable("FOQUS_SHARED") ?? Path.join(Path.parent(root), "shared")
        let path = Path.join(base, name)
        return File.exists(path) ? path : nil
    }

    /// As in the environment of the tests; nil when empty.
    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func link(_ path: String) throws -> String {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &target, target.count)
        guard length > 0 else { throw TestSupportError("readlink \(path): \(String(cString: strerror(errno)))") }
        return String(decoding: target.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
