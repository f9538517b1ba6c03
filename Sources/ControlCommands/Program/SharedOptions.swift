import CommandLineKit

/// Options and values that several commands share.
enum SharedOptions {
    static let application = OptionDescription.value(
        "application", short: "a", placeholder: "NAME",
        "what runs the jobs (default: foqus, or what the simulation is for)")
    static let reset = OptionDescription.flag(
        "reset", "start each job from the flowsheet as it was saved, not as the job before left it")
    static let inputFormat = OptionDescription.choice(
        "input-format", TableFormat.allCases.map(\.rawValue), placeholder: "FORMAT",
        "how the inputs are written (default: by the file's ending)")
    static let timeout = OptionDescription.value(
        "timeout", short: "t", placeholder: "TIME",
        "stop waiting after this time, as 90s, 15m or 2h; the session goes on")
    static let output = OptionDescription.value(
        "output", short: "o", placeholder: "FILE", hint: .file, "write all results to a file, .csv or .json")
    static let format = OptionDescription.choice(
        "format", TableFormat.allCases.map(\.rawValue), "how to write it (default: by the file's ending)")
    static let rows = OptionDescription.value(
        "rows", placeholder: "N", default: "40", "show at most N rows of results; 0 for all")

    /// What JSON and CSV files of inputs look like, for help texts.
    static let inputHelp = """
        A CSV file has a header of node.variable and a job in each row; an empty cell leaves a variable as the \
        simulation has it. A JSON file is a list of jobs, in one of these forms:

          {"node": {"variable": 1.5}}
          {"node.variable": 1.5}
          {"Input": {"node": {"variable": 1.5}}, "Reset": true}

        With --application Excel, FMU, program, AspenPlus, ACM or GProms, inputs belong to no node: the header has the \
        names of the Sinter configuration, and JSON is {"variable": 1.5}.
        """

    static func rowLimit(_ arguments: ParsedArguments) throws -> Int? {
        try arguments.int("rows", in: 0...Int.max).flatMap { $0 == 0 ? nil : $0 }
    }

    static func timeout(_ arguments: ParsedArguments) throws -> Duration? {
        try arguments.value("timeout", expected: "a time such as 90s, 15m or 2h", convert: duration)
    }

    /// The file for results; checked at once.
    static func resultFile(_ arguments: ParsedArguments) throws -> ResultFile? {
        guard let path = arguments.value("output") else {
            if arguments.value("format") != nil { throw CommandLineError("--format is for --output FILE") }
            return nil
        }
        return try ResultFile(path: path, format: arguments.value("format"))
    }

    /// A whole number and a unit, seconds without one; nil for anything else.
    static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard let number = Int64(digits), number > 0, number < 1_000_000_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return .milliseconds(number)
        case "", "s": return .seconds(number)
        case "m", "min": return .seconds(number * 60)
        case "h": return .seconds(number * 3600)
        case "d": return .seconds(number * 86400)
        default: return nil
        }
    }
}
