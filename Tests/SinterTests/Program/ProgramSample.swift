import JSONKit

@testable import Sinter

/// A configuration of a program, with each kind of variable.
enum ProgramSample {
    /// - Parameters:
    ///   - program: the object `program`; nil for none.
    ///   - outputs: `name: path, type`.
    static func text(
        _ program: String?, inputs: String = inputs, outputs: String = outputs, application: String = "program",
        dynamic: String = ""
    ) -> String {
        """
        {"title": "Case", "config-version": "1.0", "description": "", "author": "", "date": "",
         "filetype": "sinterconfig", "filetype-version": 0.3,
         "application": {"name": "\(application)", "version": "", "constraint": "ANY"},
         "model": {"file": "case.m"}, "input-files": [],
        \(program.map { " \"program\": \($0)," } ?? "")
         "settings": {"solver": {"type": "string", "default": "fast", "description": ""}\(dynamic.isEmpty ? "" : times)},
         "inputs": {\(inputs)}, \(dynamic)
         "outputs": {\(outputs)}}
        """
    }

    static let inputs = """
        "feed.T": {"path": ["feed.T"], "type": "double", "default": 25, "units": "degC", "description": ""},
        "split": {"path": ["split"], "type": "double[3]", "default": [0.5, 0.25, 0.25], "units": null, "description": ""},
        "stages": {"path": ["column.stages", "log.stages"], "type": "int", "default": 4, "units": null, "description": ""},
        "label": {"path": ["labels[0]"], "type": "string", "default": "a \\"b\\", c", "units": null, "description": ""}
        """

    static let times = """
        , "TimeSeries": {"type": "double[1]", "default": [0, 1.5, 3], "description": ""}
        """.replacing("double[1]", with: "double[3]")

    static let series = """
        "dynamic-inputs": {"load": {"path": ["load"], "type": "double", "default": 7, "units": "kW", "description": ""}},
        "dynamic-outputs": {
          "x": {"path": ["x"], "type": "double", "units": null, "description": ""},
          "y": {"path": ["y"], "type": "double[2]", "units": null, "description": ""}},
        """

    static let outputs = output("level", "out.level", "double") + ", " + output("profile", "profile", "double[2]")

    static func output(_ name: String, _ path: String, _ type: String) -> String {
        let quoted = JSON.string(path).text()
        return """
            "\(name)": {"path": [\(quoted)], "type": "\(type)", "units": null, "description": ""}
            """
    }

    static func parsed(_ text: String) throws -> SinterConfiguration {
        try SinterConfiguration.read(Array(text.utf8), file: "case.json")
    }

    static func configuration(_ program: String?, outputs: String = outputs) throws -> SinterConfiguration {
        try parsed(text(program, outputs: outputs))
    }

    /// The errors of a configuration.
    static func refusals(_ text: String) -> [String] {
        do throws(SinterError) {
            _ = try SinterConfiguration.read(Array(text.utf8), file: "case.json")
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }

    /// What a program is told of a run.
    static func input(
        _ configuration: SinterConfiguration, _ run: JSON = [:], template: String? = nil
    ) throws -> ProgramInput {
        let run = try configuration.prepare(try SinterRun(run))
        return try configuration.program!.input(
            run, of: configuration, directory: "/run", template: template.map { Array($0.utf8) })
    }
}

extension ProgramInput {
    var string: String { String(decoding: text?.bytes ?? [], as: UTF8.self) }
}
