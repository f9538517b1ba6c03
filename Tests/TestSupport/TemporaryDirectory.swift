import Glibc

/// Runs `body` with the path of a new, empty directory and removes it afterwards, whatever happens.
///
/// Uses nothing of the package, so that the kits under test do not stand on themselves.
public func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/foqus-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
        throw TestSupportError("mkdtemp in \(base): \(String(cString: strerror(errno)))")
    }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { removeTree(path) }
    return try await body(path)
}

/// Removes what it can; symbolic links are removed, not followed.
private func removeTree(_ path: String) {
    if let directory = opendir(path) {
        chmod(path, 0o700)
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            if entry.pointee.d_type == UInt8(DT_DIR) {
                removeTree(path + "/" + name)
            } else {
                unlink(path + "/" + name)
            }
        }
        closedir(directory)
    }
    rmdir(path)
}
