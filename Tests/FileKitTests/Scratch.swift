import FileKit
import Glibc

/// Runs `body` with a directory of its own and removes that afterwards.
func withScratch(_ body: (String) throws -> Void) throws {
    let directory = try TemporaryDirectory(prefix: "filekit-tests")
    let outcome = Result { try body(directory.path) }
    try directory.remove()
    try outcome.get()
}

/// Makes `path` the calling thread's own, and `body` run without the super-user's right to
/// ignore permissions: as root, a test of refused access would test nothing. Linux keeps that right per thread.
func asOrdinaryUser(owning path: String, _ body: () throws -> Void) throws {
    let nobody: uid_t = 65534
    guard geteuid() == 0 else { return try body() }
    chown(path, nobody, nobody)
    setFileSystemUser(nobody)
    defer { setFileSystemUser(0) }
    try body()
}

/// setfsuid(2), whose header Swift's Glibc module leaves out.
private func setFileSystemUser(_ user: uid_t) {
    typealias Call = @convention(c) (uid_t) -> CInt
    _ = unsafeBitCast(dlsym(nil, "setfsuid"), to: Call.self)(user)
}

func text(of path: String) throws -> String {
    String(decoding: try File.read(path), as: UTF8.self)
}

func write(_ text: String, to path: String) throws {
    try File.writeAtomically(Array(text.utf8), to: path)
}

func permissions(of path: String) throws -> mode_t {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw FileError(code: errno, operation: "stat", path: path) }
    return status.st_mode & 0o777
}
