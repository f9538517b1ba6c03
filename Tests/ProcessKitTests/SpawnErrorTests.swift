import Glibc
import ProcessKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct SpawnErrorTests {
    private func failure(
        _ command: Command, _ supervisor: ProcessSupervisor, _ location: SourceLocation = #_sourceLocation
    ) async -> SpawnError? {
        await #expect(throws: SpawnError.self, sourceLocation: location) { try await supervisor.run(command) }
    }

    @Test func missingProgram() async throws {
        try await withSupervisor { supervisor, _ in
            let error = await failure(Command("/x/y"), supervisor)
            #expect(error?.step == .program)
            #expect(error?.code == ENOENT)
            #expect(error?.description == "/x/y: No such file or directory")
            #expect(error?.isTransient == false)
            #expect(await failure(Command("no-such-program"), supervisor)?.code == ENOENT)
            #expect(await failure(Command(""), supervisor)?.code == ENOENT)
        }
    }

    @Test func programThatCannotBeExecuted() async throws {
        try await withSupervisor { supervisor, directory in
            let make = shell(
                """
                echo data > plain
                echo data > format; chmod +x format
                printf '#!/no/interpreter\\n' > script; chmod +x script
                """
            ) { $0.directory = directory }
            _ = try await supervisor.run(make)
            #expect(
                await failure(Command(directory + "/plain"), supervisor)?.description
                    == "\(directory)/plain: Permission denied")
            #expect(
                await failure(Command(directory + "/format"), supervisor)?.description
                    == "\(directory)/format: Exec format error")
            #expect(
                await failure(Command(directory + "/script"), supervisor)?.description
                    == "\(directory)/script: its interpreter (the #! line) or loader is missing")
            #expect(await failure(Command("plain", environment: ["PATH": directory]), supervisor)?.code == EACCES)
        }
    }

    @Test func missingDirectoryAndFiles() async throws {
        try await withSupervisor { supervisor, _ in
            let directory = await failure(shell("") { $0.directory = "/nonexistent" }, supervisor)
            #expect(directory?.step == .directory)
            #expect(directory?.description == "cannot change to the directory /nonexistent: No such file or directory")
            #expect(await failure(shell("") { $0.stdin = .file("/nonexistent/i") }, supervisor)?.step == .inputFile)
            #expect(await failure(shell("") { $0.stdout = .file("/nonexistent/o") }, supervisor)?.step == .outputFile)
            let both = shell("") {
                $0.stdout = .capture(limit: 10)
                $0.stderr = .file("/nonexistent/e", limit: 10)
            }
            #expect(await failure(both, supervisor)?.path == "/nonexistent/e")
        }
    }

    @Test func stringsThatCannotBePassed() async throws {
        try await withSupervisor { supervisor, _ in
            for command in [
                Command("/bin/true", ["a\0b"]), Command("/bin/true", environment: ["A": "\0"]),
                Command("/bin/true", environment: ["": "x"]), Command("/bin/true", environment: ["A=B": "x"]),
                Command("/bin/true", directory: "/\0"),
            ] {
                #expect(await failure(command, supervisor)?.step == .arguments)
            }
        }
    }

    @Test func argumentsTooLong() async throws {
        try await withSupervisor { supervisor, _ in
            let long = String(repeating: "x", count: 4 << 20)
            #expect(await failure(Command("/bin/true", [long]), supervisor)?.code == E2BIG)
        }
    }
}
