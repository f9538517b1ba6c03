public import CommandLineKit
public import Sinter
public import Stores
public import Threading
public import UnitsKit

/// The world of foqus-sinter: all that its commands see beside their arguments.
public struct SinterEnvironment: Sendable {
    /// A model that a command wants to run.
    public struct Model: Sendable {
        public let configuration: SinterConfiguration
        /// Where the configuration is, and with it the model's files.
        public let directory: String
    }

    /// Makes the simulator of a model, without starting it yet.
    public typealias SimulatorFactory = @Sendable (Model) throws(SimulatorFailure) -> any SinterSimulator

    let output: TextOutput
    let errors: TextOutput
    /// Columns of the terminal that the output is; nil when it is none.
    let outputWidth: Int?
    /// Columns of the terminal that messages go to; nil when it is none.
    let messageWidth: Int?
    let time: any TimeSource
    /// For reading and writing files.
    let files: BlockingPool
    let units: UnitSystem
    let simulators: SimulatorFactory

    public init(
        output: TextOutput, errors: TextOutput, outputWidth: Int?, messageWidth: Int?, time: any TimeSource,
        files: BlockingPool, units: UnitSystem = .shared,
        simulators: @escaping SimulatorFactory
    ) {
        self.output = output
        self.errors = errors
        self.outputWidth = outputWidth
        self.messageWidth = messageWidth
        self.time = time
        self.files = files
        self.units = units
        self.simulators = simulators
    }

    /// That of this process.
    public static func system(_ simulators: LocalSimulators) -> SinterEnvironment {
        SinterEnvironment(
            output: .standardOutput, errors: .standardError, outputWidth: width(1), messageWidth: width(2),
            time: SystemTime(), files: BlockingPool(name: "files", limit: 2)
        ) { model throws(SimulatorFailure) in try simulators.simulator(model) }
    }

    private static func width(_ descriptor: CInt) -> Int? {
        Terminal.isTTY(descriptor) ? max(Terminal.width(descriptor) ?? 80, 20) : nil
    }

    /// A line for the user. Nobody is told when that fails.
    func say(_ line: String) { try? errors.line(line) }

    func say(_ problems: [SinterProblem]) {
        for problem in problems { say("\(problem.severity.rawValue): \(problem)") }
    }
}
