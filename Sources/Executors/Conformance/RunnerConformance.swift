public import EventLoop
import FOQUSModel
import FileKit
public import JSONKit
import Logging
public import ProcessKit
import Threading

/// Tries whether a program keeps the protocol of runners (docs/executors.md), as its author would want to know before a
/// worker runs it.
public struct RunnerConformance: Sendable {
    /// What was tried, and what came of it.
    public struct Check: Sendable, Hashable {
        public enum Finding: Sendable, Hashable {
            case kept
            /// What it did instead.
            case broken(String)
            /// What it would take.
            case notTried(String)
        }

        /// What the protocol asks for.
        public let rule: String
        public let finding: Finding
        /// How long it took.
        public let duration: Duration
    }

    public struct Options: Sendable {
        /// The program and its arguments.
        public var command: [String]
        /// What `load` tells besides `directory`.
        public var load: JSONObject
        /// The simulation's folder. Absolute.
        public var simulation: String
        /// Of a job that succeeds.
        public var input: JSON
        /// Of a job that takes longer than some seconds; nil leaves out what needs one.
        public var slowInput: JSON?
        /// For its start, a load and a run.
        public var patience: Duration
        /// Homes and job folders are made in it. Absolute.
        public var workDirectory: String

        public init(
            command: [String], load: JSONObject = [:], simulation: String, input: JSON = [:], slowInput: JSON? = nil,
            patience: Duration = .seconds(60), workDirectory: String
        ) {
            precondition(!command.isEmpty)
            self.command = command
            self.load = load
            self.simulation = simulation
            self.input = input
            self.slowInput = slowInput
            self.patience = patience
            self.workDirectory = workDirectory
        }
    }

    let options: Options
    let supervisor: ProcessSupervisor
    let loop: EventLoop
    /// For the folders of runner and jobs.
    let files = BlockingPool(name: "conformance-files", limit: 1)

    /// - Parameter loop: the supervisor's.
    public init(_ options: Options, supervisor: ProcessSupervisor, loop: EventLoop) {
        self.options = options
        self.supervisor = supervisor
        self.loop = loop
    }

    /// Tries everything, in order. Where one rule is broken, those that build on it are not tried.
    /// - Parameter report: is told of each as it is known.
    public func run(report: @Sendable (Check) -> Void) async -> [Check] {
        var all: [Check] = []
        func note(_ check: Check) {
            all.append(check)
            report(check)
        }
        for trial in Self.trials {
            let clock = ContinuousClock()
            let start = clock.now
            var finding = Check.Finding.kept
            do throws(Breach) {
                try await trial.body(self)
            } catch {
                finding =
                    switch error {
                    case .broken(let what): .broken(what)
                    case .notTried(let what): .notTried(what)
                    }
            }
            note(Check(rule: trial.rule, finding: finding, duration: clock.now - start))
            if case .broken = finding, trial.isFoundation { break }
        }
        return all
    }
}

/// Why a rule is not known to be kept.
enum Breach: Error {
    case broken(String)
    case notTried(String)
}
