/// What a program can print about itself for installers.
enum Generation: String, CaseIterable, Sendable {
    case completionBash = "completion-bash"
    case completionZsh = "completion-zsh"
    case completionFish = "completion-fish"
    case man

    static let option = OptionDescription.choice(
        "generate", allCases.map(\.rawValue), hidden: true, "print a shell completion or the manual page")

    func text(_ program: Program) -> String {
        let lineage = Lineage(program.description)
        return switch self {
        case .completionBash: BashCompletion(lineage).text
        case .completionZsh: ZshCompletion(lineage).text
        case .completionFish: FishCompletion(lineage).text
        case .man: ManualPage(program).text
        }
    }
}
