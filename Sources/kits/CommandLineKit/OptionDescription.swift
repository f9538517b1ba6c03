/// An option: `--name`, and perhaps `-n`.
public struct OptionDescription: Sendable {
    enum Kind: Sendable {
        /// - negatable: `--no-name` is accepted too.
        case flag(negatable: Bool)
        /// - repeatable: every value counts, not just the last.
        case value(placeholder: String, hint: ValueHint, repeatable: Bool, fallback: String?)
    }

    /// Without dashes.
    public let name: String
    public let short: Character?
    public let summary: String
    public let isHidden: Bool
    let kind: Kind

    /// An option without a value.
    /// - Parameter negatable: whether `--no-name` switches it off again.
    public static func flag(
        _ name: String, short: Character? = nil, negatable: Bool = false, hidden: Bool = false, _ summary: String
    ) -> OptionDescription {
        OptionDescription(
            name: name, short: short, summary: summary, isHidden: hidden, kind: .flag(negatable: negatable))
    }

    /// An option with one value; of several, the last one stands.
    /// - Parameters:
    ///   - placeholder: the value's name in usage lines, as `PORT`.
    ///   - fallback: what `ParsedArguments.value` gives when the option is absent; shown in the help.
    public static func value(
        _ name: String, short: Character? = nil, placeholder: String, default fallback: String? = nil,
        hint: ValueHint = .any, hidden: Bool = false, _ summary: String
    ) -> OptionDescription {
        OptionDescription(
            name: name, short: short, summary: summary, isHidden: hidden,
            kind: .value(placeholder: placeholder, hint: hint, repeatable: false, fallback: fallback))
    }

    /// An option that may be given many times, with a value each time.
    public static func values(
        _ name: String, short: Character? = nil, placeholder: String, hint: ValueHint = .any, hidden: Bool = false,
        _ summary: String
    ) -> OptionDescription {
        OptionDescription(
            name: name, short: short, summary: summary, isHidden: hidden,
            kind: .value(placeholder: placeholder, hint: hint, repeatable: true, fallback: nil))
    }

    /// An option whose value is one of a few words.
    public static func choice(
        _ name: String, short: Character? = nil, _ choices: [String], default fallback: String? = nil,
        placeholder: String? = nil, hidden: Bool = false, _ summary: String
    ) -> OptionDescription {
        OptionDescription(
            name: name, short: short, summary: summary, isHidden: hidden,
            kind: .value(
                placeholder: placeholder ?? name.uppercased(), hint: .choices(choices), repeatable: false,
                fallback: fallback))
    }

    var isNegatable: Bool { if case .flag(negatable: true) = kind { true } else { false } }

    var takesValue: Bool { if case .value = kind { true } else { false } }

    var isRepeatable: Bool { if case .value(_, _, true, _) = kind { true } else { false } }

    var placeholder: String? { if case .value(let placeholder, _, _, _) = kind { placeholder } else { nil } }

    var hint: ValueHint { if case .value(_, let hint, _, _) = kind { hint } else { .any } }

    var fallback: String? { if case .value(_, _, _, let fallback) = kind { fallback } else { nil } }

    /// The summary with what follows from the rest of the description.
    var fullSummary: String {
        var notes: [String] = []
        if case .choices(let choices) = hint { notes.append("one of " + choices.joined(separator: ", ")) }
        if isRepeatable { notes.append("may be repeated") }
        if let fallback { notes.append("default: " + fallback) }
        return notes.isEmpty ? summary : summary + " (" + notes.joined(separator: "; ") + ")"
    }
}

/// What a value may be; for checks (choices) and completions.
public enum ValueHint: Sendable, Hashable {
    case any
    case file
    case directory
    /// Anything else is an error.
    case choices([String])
}

/// An argument known by its place.
public struct PositionalDescription: Sendable {
    public enum Arity: Sendable {
        case required
        case optional
        case zeroOrMore
        case oneOrMore
        /// All that follows the command, options too: it is for another program.
        case verbatim
    }

    /// As in usage lines: `SESSION`.
    public let name: String
    public let summary: String
    public let arity: Arity
    public let hint: ValueHint

    public init(_ name: String, _ arity: Arity, hint: ValueHint = .any, _ summary: String) {
        self.name = name
        self.arity = arity
        self.hint = hint
        self.summary = summary
    }

    /// A required one.
    public init(_ name: String, hint: ValueHint = .any, _ summary: String) {
        self.init(name, .required, hint: hint, summary)
    }

    var isRequired: Bool { arity == .required || arity == .oneOrMore }

    var takesMany: Bool { arity == .zeroOrMore || arity == .oneOrMore || arity == .verbatim }

    /// `SESSION`, `[SESSION]`, `SESSION...` or `[SESSION...]`.
    var usage: String {
        switch arity {
        case .required: name
        case .optional: "[\(name)]"
        case .oneOrMore: "\(name)..."
        case .zeroOrMore, .verbatim: "[\(name)...]"
        }
    }
}
