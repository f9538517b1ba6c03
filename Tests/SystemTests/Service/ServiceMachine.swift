import TestSupport
import Testing

/// A machine on which foqus-service and the worker lie as a package would have put them, with nothing installed yet.
extension Machine {
    static func withService<Result>(_ body: (Machine) async throws -> Result) async throws -> Result {
        try await Machine.with { machine in
            try await machine.install("foqus-service", "foqus-worker", "foqus-gateway")
            try await machine.shell("useradd --system foqus")
            try await machine.write(
                "[worker]\nslots = 3\n[application.script]\nexecutor = command\nprogram = /bin/sh\narguments = job.sh\n",
                to: "/etc/foqus/foqus.conf")
            return try await body(machine)
        }
    }

    /// Runs foqus-service as root.
    func service(_ arguments: String...) async throws -> FinishedCommand {
        try await run(["foqus-service"] + arguments)
    }

    /// Runs foqus-service, which must succeed and say this, a line each, and nothing on standard error.
    func service(_ arguments: String..., says lines: String..., location: SourceLocation = #_sourceLocation)
        async throws
    {
        let end = try await run(["foqus-service"] + arguments)
        #expect(end.status == 0 && end.errors.isEmpty, "\(arguments): \(end)", sourceLocation: location)
        #expect(end.output == lines.map { $0 + "\n" }.joined(), sourceLocation: location)
    }

    /// Runs foqus-service, which must fail with status 1, `line` first on standard error.
    func service(
        _ arguments: String..., as user: String? = nil, fails line: String, location: SourceLocation = #_sourceLocation
    ) async throws {
        let end = try await run(["foqus-service"] + arguments, as: user)
        #expect(end.status == 1, "\(arguments): \(end)", sourceLocation: location)
        #expect(end.errors.split(separator: "\n").first.map(String.init) == line, sourceLocation: location)
    }

    /// The unit's state, as `active` or `inactive`.
    func state(of unit: String = "foqus-worker.service") async throws -> String {
        try await property("ActiveState", of: unit)
    }

    /// What is below the folders of units, with contents: what `install` may change.
    func unitFiles() async throws -> String {
        try await shell(
            """
            for folder in /etc/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /run/systemd/system; do
                [ -d $folder ] || continue
                find $folder -mindepth 1 ! -type d -printf '%p %l ' \\( -type f -exec md5sum {} \\; -o -printf '\\n' \\) | sort
            done
            """)
    }
}
