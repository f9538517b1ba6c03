import EventLoop
import Executors
import FileKit
import Glibc
import Logging
import ProcessKit
import Sinter
import Threading

/// The simulators of this machine, as `run` and `csv` use them: runners of our own, each for one command.
public final class LocalSimulators: Sendable {
    /// Names of the environment's variables, for the manual too.
    enum Variable: String, CaseIterable {
        case runners = "FOQUS_RUNNERS"
        case spreadsheetPython = "FOQUS_SPREADSHEET_PYTHON"
        case fmuPython = "FOQUS_SINTER_PYTHON"

        var description: String {
            switch self {
            case .runners: "The folder that holds the Python package sinter_runner."
            case .spreadsheetPython: "The Python that has the module uno, for workbooks; else /usr/bin/python3."
            case .fmuPython: "The Python that has FMPy, for FMI units; else that of foqus-worker."
            }
        }
    }

    private static let installedRunners = "/usr/share/foqus-worker/runners"
    private static let installedPython = "/usr/lib/foqus-worker/venv/bin/python3"

    private let variable: @Sendable (String) -> String?
    /// Made with the first simulator.
    private let machine = Locked<Machine?>(nil)

    private struct Machine: Sendable {
        let scratch: String
        let loop: EventLoop
        let supervisor: ProcessSupervisor
    }

    public init() {
        variable = { name in getenv(name).map { String(cString: $0) } }
    }

    /// - Throws: when there is nothing for such a model here.
    func simulator(_ model: SinterEnvironment.Model) throws(SimulatorFailure) -> any SinterSimulator {
        let configuration = model.configuration
        let kind: SinterRunnerKind
        let (named, standard): (Variable, String)
        switch configuration.simulator {
        case .excel:
            kind = .spreadsheet
            (named, standard) = (.spreadsheetPython, "/usr/bin/python3")
        case .fmu:
            kind = .fmu
            (named, standard) = (.fmuPython, Self.installedPython)
        case .aspenPlus, .aspenCustomModeler, .gProms:
            throw SimulatorFailure(
                .unavailable,
                "\(configuration.simulator?.rawValue ?? "") runs on Windows only; a worker with executor = turbine forwards"
                    + " such jobs to a Turbine gateway")
        case .program:
            let machine = try startedMachine()
            return ProgramSimulator(
                configuration, directory: try Self.absolute(model.directory), workDirectory: machine.scratch,
                supervisor: machine.supervisor, loop: machine.loop)
        case nil:
            throw SimulatorFailure(
                .unavailable, "there is no simulator for the model \(configuration.model.path) on this machine")
        }
        let machine = try startedMachine()
        var options = RunnerOptions(
            program: variable(named.rawValue) ?? standard, processes: 1, workDirectory: machine.scratch,
            settingsSection: "environment", programVariable: named.rawValue)
        options.environment["PYTHONPATH"] = try runners()
        return RunnerSimulator(
            kind, configuration, directory: try Self.absolute(model.directory), options,
            supervisor: machine.supervisor, loop: machine.loop, log: Logger(label: "", sink: NullSink()))
    }

    /// Ends all processes and removes all that they left. Nothing can be made afterwards.
    public func end() async {
        guard let machine = machine.withLock({ machine in machine.take() }) else { return }
        await machine.supervisor.stopAll(grace: .zero)
        try? Directory.removeTree(machine.scratch)
    }

    private func startedMachine() throws(SimulatorFailure) -> Machine {
        let base = variable("TMPDIR") ?? "/tmp"
        do throws(FileError) {
            return try machine.withLock { machine throws(FileError) in
                if let machine { return machine }
                let scratch = try TemporaryDirectory(below: base, prefix: "foqus-sinter").path
                let loop = EventLoop.start(name: "simulators")
                let made = Machine(scratch: scratch, loop: loop, supervisor: ProcessSupervisor(loop: loop))
                machine = made
                let signals = UnixSignals.stream([SIGINT, SIGTERM, SIGHUP], loop: loop)
                Task {
                    for await signal in signals {
                        await self.end()
                        exit(128 + signal)
                    }
                }
                return made
            }
        } catch {
            throw SimulatorFailure(.unavailable, "\(error)")
        }
    }

    /// Named, installed, or in the source that this program was built in.
    private func runners() throws(SimulatorFailure) -> String {
        var candidates = [Self.installedRunners]
        if let named = variable(Variable.runners.rawValue) {
            candidates = [named]
        } else {
            var folder = OwnProgram.folder
            while folder.count > 1 {
                candidates.append(Path.join(folder, "Runners"))
                folder = Path.parent(folder)
            }
        }
        if let found = candidates.first(where: { File.exists(Path.join($0, "sinter_runner/__main__.py")) }) {
            return found
        }
        throw SimulatorFailure(
            .unavailable,
            "the runners are not at \(candidates[0]); name their folder in \(Variable.runners.rawValue)")
    }

    private static func absolute(_ path: String) throws(SimulatorFailure) -> String {
        do throws(FileError) {
            return try Path.resolved(path)
        } catch {
            throw SimulatorFailure(.unavailable, "\(error)")
        }
    }
}
