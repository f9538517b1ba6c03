public import JSONKit
import TextKit

extension SinterConfiguration {
    /// The configuration with the values of a defaults file as its defaults. Settings and inputs must all be there, as
    /// the file is to replace the defaults altogether; names that the configuration does not have are warnings.
    public func withDefaults(_ defaults: SinterRun) throws(SinterError) -> (
        SinterConfiguration, warnings: [SinterProblem]
    ) {
        var result = self
        let notes = ProblemNotes()
        var given: Set<FoldedName> = []
        for value in defaults.values {
            guard let index = result.variables.firstIndex(where: { FoldedName($0.name) == FoldedName(value.name) }),
                result.variables[index].isGiven
            else {
                notes.warning(value.place, value.name, "the configuration has no such input; it is passed over")
                continue
            }
            let variable = result.variables[index]
            given.insert(FoldedName(value.name))
            if let units = value.units, !units.isEmpty, units != variable.units {
                notes.error(value.place, value.name, "defaults are in the configuration's units")
            }
            do throws(ValueRefusal) {
                result.variables[index].defaultValue = try variable.type.value(
                    value.json, anyCount: variable.isTimeSeries)
            } catch {
                notes.error(value.place, value.name, error.reason)
            }
        }
        for variable in variables where variable.isGiven && !given.contains(FoldedName(variable.name)) {
            notes.error(defaults.place, variable.name, "the defaults lack this input")
        }
        return (result, try notes.finish())
    }

    /// What every setting and input has by default, as a file of inputs: `[{"inputs": {name: value, …}}]`.
    ///
    /// - Parameter withUnits: in format 0.2, where each value has its units.
    public func defaultsDocument(withUnits: Bool = false) -> JSON {
        var values = JSONObject()
        for variable in variables where variable.isGiven {
            let value = variable.defaultValue?.json ?? .null
            let units = variable.units.map { JSON.string($0) } ?? .null
            values[variable.name] = withUnits ? ["value": value, "units": units] : value
        }
        guard withUnits else { return [["inputs": .object(values)]] }
        return [
            "title": .string(title), "description": .string("Default inputs of \(title)"), "author": .string(author),
            "date": .string(date), modelKey: .string(model.path), "filetype": "sinterinputs", "version": 0.2,
            "inputs": .object(values),
        ]
    }
}
