/// A command as data: the parser, the help text, the completions and the manual page are all made from it.
public struct CommandDescription: Sendable {
    public typealias Handler = @Sendable (ParsedArguments) async throws -> ExitCode

    public var name: String
    /// One line, lower case, without a full stop: "list sessions".
    public var summary: String
    /// Paragraphs, separated by empty lines. A line that begins with a space is kept as it is.
    public var discussion: String
    /// Also accepted after the name of any subcommand.
    public var options: [OptionDescription]
    public var positionals: [PositionalDescription]
    public var subcommands: [CommandDescription]
    public var examples: [Example]
    /// Variables that matter to the command and what they do.
    public var environment: [Term]
    /// Exit statuses and what they mean.
    public var exitStatuses: [Term]
    /// Manual pages as `foqus-worker(8)`.
    public var seeAlso: [String]
    /// Works, but is not told of.
    public var isHidden: Bool
    /// Nil for a command that only groups subcommands.
    public var run: Handler?

    public init(
        name: String, summary: String, discussion: String = "", options: [OptionDescription] = [],
        positionals: [PositionalDescription] = [], subcommands: [CommandDescription] = [], examples: [Example] = [],
        environment: [Term] = [], exitStatuses: [Term] = [], seeAlso: [String] = [], isHidden: Bool = false,
        run: Handler? = nil
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.options = options
        self.positionals = positionals
        self.subcommands = subcommands
        self.examples = examples
        self.environment = environment
        self.exitStatuses = exitStatuses
        self.seeAlso = seeAlso
        self.isHidden = isHidden
        self.run = run
    }

    /// A command line and what it does.
    public struct Example: Sendable {
        public var commandLine: String
        public var text: String

        public init(_ commandLine: String, _ text: String) {
            self.commandLine = commandLine
            self.text = text
        }
    }

    /// Something and its explanation.
    public struct Term: Sendable {
        public var term: String
        public var text: String

        public init(_ term: String, _ text: String) {
            self.term = term
            self.text = text
        }
    }

    var visibleSubcommands: [CommandDescription] { subcommands.filter { !$0.isHidden } }
}
