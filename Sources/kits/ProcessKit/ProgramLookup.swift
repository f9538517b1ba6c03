import Glibc

/// Finds a program as execvp(3) does, but in the PATH that the program itself will see.
enum ProgramLookup {
    static let defaultPath = "/usr/local/bin:/usr/bin:/bin"

    static func resolve(_ program: String, path: String?) throws(SpawnError) -> String {
        guard !program.utf8.contains(UInt8(ascii: "/")) else { return program }
        guard !program.isEmpty else { throw SpawnError(.program, program, ENOENT) }
        var code = ENOENT
        for directory in (path ?? defaultPath).split(separator: ":") {
            let candidate = "\(directory)/\(program)"
            var status = stat()
            guard stat(candidate, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            if access(candidate, X_OK) == 0 { return candidate }
            code = errno
        }
        throw SpawnError(.program, program, code)
    }
}
