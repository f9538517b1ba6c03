import Testing

@testable import CommandLineKit

/// Arguments that are for another program.
@Suite struct VerbatimTests {
    private static func root(_ arguments: [PositionalDescription] = [.init("ARGUMENT", .verbatim, "for it")])
        -> CommandDescription
    {
        CommandDescription(
            name: "tool", summary: "t", options: [.flag("own", "own"), .value("wait", placeholder: "S", "wait")],
            subcommands: [
                CommandDescription(name: "start", summary: "s", positionals: arguments, run: { _ in .success })
            ])
    }

    private func parse(_ arguments: String...) throws -> ParsedArguments? {
        guard case .run(_, let parsed) = try Parser.parse(Self.root(), arguments) else { return nil }
        return parsed
    }

    @Test func allThatFollowsTheCommandIsPassedOn() throws {
        let parsed = try #require(try parse("--wait", "3", "start", "--own", "-x", "a b", "--", "--help"))
        #expect(parsed.positionals("ARGUMENT") == ["--own", "-x", "a b", "--", "--help"])
        #expect(parsed.value("wait") == "3")
        #expect(!parsed.flag("own"))
    }

    @Test func nothingNeedFollow() throws { #expect(try parse("start")?.positionals("ARGUMENT") == []) }

    @Test func aLeadingDoubleDashIsTheUsers() throws {
        #expect(try parse("start", "--", "--help")?.positionals("ARGUMENT") == ["--help"])
    }

    @Test func helpIsOfTheCommandWhenAskedAtOnce() throws {
        guard case .help(let lineage) = try Parser.parse(Self.root(), ["start", "--help"]) else {
            return #expect(Bool(false), "no help")
        }
        #expect(lineage.title == "tool start")
    }

    @Test func argumentsOfTheCommandItselfContradictThem() {
        #expect(Self.root().problems.isEmpty)
        let both = Self.root([.init("A", .optional, "a"), .init("B", .verbatim, "b")])
        #expect(both.problems == ["tool start: has arguments before those that are passed on as they are"])
    }
}
