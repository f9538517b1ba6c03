import JSONKit
import ProcessKit

extension FOQUSExecutor.Options {
    /// The runner of the engine.
    var program: RunnerProgram {
        let options = self
        return RunnerProgram(
            name: "FOQUS runner", workDirectory: workDirectory, startTimeout: startTimeout, loadTimeout: loadTimeout,
            command: { folder, addressSpace in options.command(folder, addressSpace) },
            remedy: { options.blamingSettings($0) })
    }

    private func command(_ folder: String, _ addressSpace: UInt64?) -> Command {
        var arguments = ["-m", "foqus_runner", "--workdir", folder, "--mode", mode.rawValue]
        if let memory = jobMemory ?? addressSpace {
            arguments += ["--memory-mb", String(max(1, memory >> 20))]
        }
        let own = ["PYTHONPATH": runnerDirectory, "PYTHONNOUSERSITE": "1"].merging(environment) { $1 }
        return Command(
            python, arguments, environment: RunnerProgram.environment(folder, own), directory: folder)
    }

    private func blamingSettings(_ reason: String) -> String {
        let remedy =
            reason.contains("No module named foqus_runner")
            ? "set runner in [\(settingsSection)] to the folder that holds the package foqus_runner"
            : "set python in [\(settingsSection)], now \(python), to a Python 3 with ccsi-foqus"
        return "the FOQUS engine does not start: \(reason); \(remedy)"
    }
}

extension LoadPlan {
    /// What the runner is told.
    var command: JSONObject {
        ["session": .string(session), "plugins": .array(plugins.map(JSON.string))]
    }
}
