import EventLoop
import FileKit
import ProcessKit
import TestSupport
import Testing

@testable import JournalEvents

/// The catalog that explains entries to `journalctl -x`.
@Suite(.timeLimit(.minutes(1))) struct CatalogTests {
    private static let path = Path.join(
        Path.parent(Path.parent(Path.parent(#filePath))), "packaging/catalog/foqus.catalog")

    private static let supervisor = ProcessSupervisor(loop: sharedEventLoop)

    private static func run(_ program: String, _ arguments: [String]) async throws -> String {
        var command = Command(program, arguments, environment: ["PATH": "/usr/bin:/bin"], directory: "/")
        command.stdout = .capture(limit: 1 << 20)
        let result = try await supervisor.run(command)
        #expect(result.status.isSuccess, "\(program) \(arguments): \(result)")
        return String(decoding: result.stdout.bytes, as: UTF8.self)
    }

    /// Read by systemd's own tools, as an installation of the package has it read.
    @Test func systemdKnowsEveryEventAndNoOther() async throws {
        try await withTemporaryDirectory { root in
            let folder = Path.join(root, "usr/lib/systemd/catalog")
            try Directory.create(folder)
            try Directory.create(Path.join(root, "var/lib/systemd/catalog"))
            try File.copy(from: Self.path, to: Path.join(folder, "foqus.catalog"))
            _ = try await Self.run("journalctl", ["--root=\(root)", "--update-catalog"])
            let listed = try await Self.run("journalctl", ["--root=\(root)", "--list-catalog"])
            let known = listed.split(separator: "\n").map { String($0.prefix(32)) }
            #expect(Set(known) == Set(JournalEvent.allCases.map(\.messageID)))
            #expect(known.count == JournalEvent.allCases.count)
            #expect(listed.split(separator: "\n").allSatisfy { $0.contains("foqus-worker: ") })
        }
    }

    /// `@FIELD@` stands for a field that an entry may have.
    @Test func everyFieldOfTheCatalogExists() throws {
        let text = String(decoding: try File.read(Self.path), as: UTF8.self)
        let fields = text.split(separator: "@", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        #expect(fields.contains("JOB_ID"))
        #expect(Set(fields).subtracting(JournalFields.names.values) == [])
    }

    @Test func eventsHaveNumbersOfTheirOwn() {
        let hexadecimal = Set("0123456789abcdef")
        for event in JournalEvent.allCases {
            #expect(event.messageID.count == 32 && event.messageID.allSatisfy(hexadecimal.contains), "\(event)")
        }
        #expect(JournalEvent.jobGivenBack.name == "job-given-back")
    }
}
