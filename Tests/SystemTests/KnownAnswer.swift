import FileKit
import JSONKit
import Testing

/// A flowsheet whose answer to an input is known.
struct KnownAnswer: Sendable, CustomTestStringConvertible {
    /// The session file.
    let flowsheet: String
    /// Folders of user plugins: simulations of their own, named by the folder.
    var plugins: [String] = []
    let input: JSON
    /// By side, node and variable of the output.
    let values: [(side: String, node: String, variable: String, value: Double)]
    /// How far a value may be off: recycles are closed to a few parts in ten thousand.
    let tolerance: Double

    var testDescription: String { flowsheet }

    /// The package's own, and those published with FOQUS where they are beside the package.
    static let all: [KnownAnswer] = examples + published

    private static let examples: [KnownAnswer] = [
        KnownAnswer(
            flowsheet: Installation.example("recycle/session.foqus"), input: ["feed": ["fresh_A": 50]],
            values: [
                ("output", "feed", "total_A", 50 / 0.55), ("output", "separator", "product_A", 2.5 / 0.55),
                ("output", "separator", "product_B", 25 / 0.55),
            ], tolerance: 1e-5),
        KnownAnswer(
            flowsheet: Installation.example("plugin/session.foqus"),
            plugins: [Installation.example("plugin/pump")], input: [:],
            values: [("output", "pump", "power", 12.2583125)], tolerance: 1e-9),
    ]

    private static let published: [KnownAnswer] = Installation.shared("fixtures/foqus").map(published) ?? []

    private static func published(in folder: String) -> [KnownAnswer] {
        let (conversion, feed): (JSON, JSON) = (["Conv": 0.5], ["FA_In1": 2000])
        return [
            KnownAnswer(
                flowsheet: Path.join(folder, "Simple_flow.foqus"), input: ["calc": ["x1": -1.5, "x2": 2.25]],
                values: [("output", "calc", "z", -2.25)], tolerance: 0),
            KnownAnswer(
                flowsheet: Path.join(folder, "Mass_Bal_Test_02.foqus"),
                input: ["React_01": conversion, "React_02": conversion, "Mix_01": feed, "Mix_02": feed],
                values: [("input", "React_01", "FA_In", 2500), ("output", "Sep_01", "FA_Top", 1000)],
                tolerance: 0.5),
            KnownAnswer(
                flowsheet: Path.join(folder, "plugin.foqus"), plugins: [Path.join(folder, "plugin/htx")], input: [:],
                values: [("output", "htx", "runs", 1)], tolerance: 0),
        ]
    }
}
