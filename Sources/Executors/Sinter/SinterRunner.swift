import FOQUSModel
import FileKit
import JSONKit
import ProcessKit
import Sinter

/// A kind of Sinter model that a runner of ours runs (Runners/sinter_runner).
public enum SinterRunnerKind: String, Sendable, CaseIterable {
    /// Workbooks in LibreOffice.
    case spreadsheet
    /// FMI units in FMPy.
    case fmu

    /// Which configurations are for it.
    var simulator: SimulatorKind {
        switch self {
        case .spreadsheet: .excel
        case .fmu: .fmu
        }
    }

    /// For messages.
    var models: String {
        switch self {
        case .spreadsheet: "workbooks"
        case .fmu: "FMI units"
        }
    }

    /// Why no runner starts, with what to do about it.
    func remedy(_ reason: String, _ options: RunnerOptions) -> String {
        let trouble = "the runner of \(models) does not start: \(reason)"
        if reason.contains("No module named sinter_runner") {
            let folder = "the folder that holds the package sinter_runner"
            return options.programVariable == nil
                ? "\(trouble); set runner in [\(options.settingsSection)] to \(folder)"
                : "\(trouble); name \(folder) in FOQUS_RUNNERS"
        }
        let needs =
            switch self {
            case .spreadsheet: "libreoffice-calc-nogui, python3-uno and the Python that these are for"
            case .fmu: "a Python 3 with FMPy"
            }
        let remedy = options.programVariable.map { "name it in \($0)" } ?? "set python in [\(options.settingsSection)]"
        return "\(trouble); it takes \(needs): \(remedy)"
    }
}

extension RunnerProgram {
    /// The runner of a kind of Sinter models.
    ///
    /// - Parameter options: `program` is the Python.
    init(_ kind: SinterRunnerKind, _ options: RunnerOptions) {
        self.init(
            name: "\(kind.rawValue) runner", workDirectory: options.workDirectory, startTimeout: options.startTimeout,
            loadTimeout: options.loadTimeout,
            command: { folder, _ in
                Command(
                    options.program, options.arguments + ["-m", "sinter_runner", kind.rawValue, "--workdir", folder],
                    environment: Self.environment(
                        folder,
                        ["PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1"].merging(options.environment) { $1 }),
                    directory: folder)
            },
            remedy: { kind.remedy($0, options) })
    }
}

extension SinterSimulation {
    /// What `load` tells a runner of this simulation. Blocking.
    var load: JSONObject {
        [
            "directory": .string(directory), "model": .string(modelFile),
            "modelName": .string(configuration.model.path),
            "application": configuration.application.map {
                [
                    "name": .string($0.name), "version": .string($0.version),
                    "constraint": .string($0.constraint.rawValue),
                ]
            } ?? .null,
            "variables": .array(configuration.variables.map(Self.json)),
        ]
    }

    private static func json(_ variable: SinterVariable) -> JSON {
        [
            "name": .string(variable.name), "role": .string(variable.role.protocolName),
            "type": .string(variable.type.description), "path": .array(variable.paths.map(JSON.string)),
            "units": variable.units.map(JSON.string) ?? .null, "default": variable.defaultValue?.json ?? .null,
        ]
    }
}

extension PreparedRun {
    /// The members of `run` for a runner of Sinter models.
    var input: JSON {
        var values = JSONObject()
        for assignment in assignments { values[assignment.variable.name] = assignment.value.json }
        return .object(values)
    }

    /// Beside the input.
    func details(_ conduct: JobConduct) -> JSONObject {
        var details = conduct.details
        details["times"] = times.map { .array($0.map(JSON.number)) } ?? .null
        return details
    }
}

extension SinterVariable.Role {
    fileprivate var protocolName: String {
        switch self {
        case .setting: "setting"
        case .input: "input"
        case .dynamicInput: "dynamic-input"
        case .output: "output"
        case .dynamicOutput: "dynamic-output"
        }
    }
}
