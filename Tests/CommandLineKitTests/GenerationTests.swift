import Glibc
import TestSupport
import Testing
import Threading

@testable import CommandLineKit

@Suite(.timeLimit(.minutes(1))) struct GenerationTests {
    private let sample = Sample()

    /// Sources the script in a real bash and asks it what it would offer for the last word.
    private func completions(_ words: [String]) async throws -> [String] {
        let script = await generated("completion-bash")
        return try await withTemporaryDirectory { directory in
            let path = directory + "/script"
            let quoted = words.map(ShellNames.quoted).joined(separator: " ")
            let text = """
                \(script)
                compopt() { :; }
                COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1)
                cd \(ShellNames.quoted(directory)); touch one.json; mkdir two
                _sample
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let file = try #require(fopen(path, "w"))
            fputs(text, file)
            fclose(file)
            let output = try await BlockingPool(name: "bash", limit: 1).run {
                guard let pipe = popen("bash --norc \(ShellNames.quoted(path)) 2>&1", "r") else {
                    throw TestSupportError("popen failed")
                }
                var output: [UInt8] = []
                while case let byte = fgetc(pipe), byte != EOF { output.append(UInt8(byte)) }
                pclose(pipe)
                return String(decoding: output, as: UTF8.self)
            }
            return output.split(separator: "\n").map(String.init).sorted()
        }
    }

    private func generated(_ what: String) async -> String {
        let output = TextOutput()
        _ = await sample.program.run(["--generate", what], output: output, errors: sample.errors)
        return output.text
    }

    @Test(arguments: [
        (["sample", ""], ["fail", "jobs"]),
        (["sample", "j"], ["jobs"]),
        (["sample", "jobs", ""], ["add", "list"]),
        (["sample", "-v", "jobs", "--server", "u", "l"], ["list"]),
        (["sample", "--ver"], ["--verbose", "--version"]),
        (["sample", "jobs", "list", "--f"], ["--format"]),
        (["sample", "jobs", "list", "--format", ""], ["json", "table"]),
        (["sample", "jobs", "list", "-f", "t"], ["table"]),
        (["sample", "jobs", "list", "--format", "="], ["json", "table"]),
        (["sample", "jobs", "list", "--format", "=", "j"], ["json"]),
        (["sample", "jobs", "list", "--limit", ""], []),
        (["sample", "jobs", "list", "--no"], ["--no-colour"]),
        (["sample", "--config", "o"], ["one.json"]), (["sample", "jobs", "add", "x", "o"], ["one.json"]),
    ])
    func bashOffersWhatFits(words: [String], offered: [String]) async throws {
        #expect(try await completions(words) == offered)
    }

    @Test func fishKnowsEveryCommandUnderItsCondition() async {
        let lines = await generated("completion-fish").split(separator: "\n")
        #expect(lines.contains("complete -c sample -n '__sample_at sample' -a 'jobs' -d 'look at jobs'"))
        #expect(
            lines.contains(
                "complete -c sample -n '__sample_at sample jobs list' -l format -s f -x -a 'table json'"
                    + " -d 'how jobs are shown'"))
        #expect(lines.contains("complete -c sample -n '__sample_at sample' -l config -s c -r -F -d 'settings'"))
    }

    @Test func zshHasAFunctionForEveryCommand() async {
        let script = await generated("completion-zsh")
        for function in ["_sample", "_sample_jobs", "_sample_jobs_list", "_sample_jobs_add", "_sample_fail"] {
            #expect(script.contains("\n\(function)() {\n"))
        }
        #expect(script.hasPrefix("#compdef sample\n"))
        #expect(script.contains("'(--format -f)--format=[how jobs are shown]:FORMAT:(table json)'"))
    }

    @Test func theManualHasEverySectionAndEscapesWhatRoffWouldTake() async {
        let page = await generated("man")
        let sections = page.split(separator: "\n").filter { $0.hasPrefix(".SH ") }.map { $0.dropFirst(4) }
        #expect(
            sections == [
                "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES",
                "SEE ALSO",
            ])
        #expect(page.hasPrefix(".TH \"SAMPLE\" 1 \"2026-11-23\" \"sample 1.2.3\" \"\"\n"))
        #expect(page.contains("\n\\fB\\-f\\fR, \\fB\\-\\-format\\fR \\fIFORMAT\\fR\nHow jobs are shown"))
        #expect(page.contains("\n.BR foqus\\-worker (8),\n.BR foqus\\-gateway (8)\n"))
    }

    @Test func aTextLineNeverBecomesARequest() async {
        let output = TextOutput()
        let program = Program(
            CommandDescription(
                name: "p", summary: "s", discussion: ".so /etc/passwd\n\n'quoted' and \\back\\slash",
                run: { _ in .success }),
            version: "1")
        _ = await program.run(["--generate", "man"], output: output)
        #expect(output.text.contains("\n\\&.so /etc/passwd\n"))
        #expect(output.text.contains("\n\\(aqquoted\\(aq and \\eback\\eslash\n"))
    }
}
