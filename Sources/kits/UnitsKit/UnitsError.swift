/// Why units cannot be used.
public enum UnitsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A word of the text is no unit, as `furlongg`.
    case unknown(unit: String)
    /// The text is not built as units are.
    case malformed(unit: String, reason: String)
    /// Both are units, of different dimensions.
    case incompatible(from: String, to: String)
    /// The database of the library cannot be read.
    case database(reason: String)

    public var description: String {
        switch self {
        case .unknown(let unit): "the unit '\(unit)' is not known\(Self.remedy(unit))"
        case .malformed(let unit, let reason): "'\(unit)' is not a unit: \(reason)"
        case .incompatible(let from, let to):
            "'\(from)' cannot be converted to '\(to)': they measure different things\(Self.remedy(from, to))"
        case .database(let reason):
            "the database of units cannot be read (\(reason)); it is in Debian's package libudunits2-data"
        }
    }

    /// Words that mean something else to the library, or nothing, than to engineers.
    private static func remedy(_ units: String...) -> String {
        let words = Set(units.flatMap { $0.split { !$0.isLetter }.map(String.init) })
        for (word, meaning) in confusions where words.contains(word) { return "; \(meaning)" }
        return ""
    }

    private static let confusions = [
        ("F", "within a compound F is the farad: write degF"), ("C", "within a compound C is the coulomb: write degC"),
        ("R", "within a compound R is the roentgen: write degR"), ("gal", "gal is an acceleration: write USgal"),
        ("scf", "scf is an amount of gas, not a volume: use cuft for the volume it takes"),
        ("kscf", "kscf is an amount of gas, not a volume: use cuft for the volume it takes"),
    ]
}
