public import JSONKit

/// What a run gave, as the document of format 0.2 that ConsoleSinter writes.
public struct OutputsDocument: Sendable {
    private let configuration: SinterConfiguration

    public init(_ configuration: SinterConfiguration) { self.configuration = configuration }

    /// The whole document.
    ///
    /// - Parameters:
    ///   - run: nil when the inputs were refused: then none are told.
    ///   - outputs: by the names of the configuration.
    ///   - date: of today, as `2026-11-27`.
    public func document(
        _ run: PreparedRun?, outputs: [String: SinterValue], status: RunStatus, date: String
    ) -> JSONObject {
        let title = "Outputs from \(configuration.title)"
        return [
            "title": .string(title), "description": .string(title),
            configuration.modelKey: .string(configuration.model.path), "author": .string(configuration.author),
            "date": .string(date), "filetype": "sinteroutputs", "version": 0.2,
            "inputs": .object(run.map(inputs) ?? [:]), "outputs": .object(self.outputs(outputs, status)),
        ]
    }

    /// The member `inputs`: settings, inputs, dynamic inputs, as they were given and in the units they were given in.
    public func inputs(_ run: PreparedRun) -> JSONObject {
        var members = JSONObject()
        for assignment in run.assignments {
            members[assignment.variable.name] = [
                "value": assignment.given.json, "units": Self.units(assignment.givenUnits),
            ]
        }
        return members
    }

    /// The member `outputs`, which is also the output of a Turbine job: values in the order of the configuration, status
    /// last. Outputs are told for the statuses that have some: a failed run tells no stale ones.
    public func outputs(_ values: [String: SinterValue], _ status: RunStatus) -> JSONObject {
        var members = JSONObject()
        if status.hasOutputs {
            for variable in configuration.outputs {
                members[variable.name] = [
                    "value": values[variable.name]?.json ?? .null, "units": Self.units(variable.units),
                ]
            }
        }
        members["status"] = ["units": "", "value": .int(Int64(status.rawValue))]
        return members
    }

    private static func units(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
}
