import TextKit

/// What a placeholder means in a configuration.
enum PlaceholderTarget: Hashable {
    /// The path of the model's file in the folder of the run.
    case model
    /// The absolute path of that folder.
    case directory
    /// With one index for an element of a vector or a time of a series, with two for an element at a time.
    case variable(SinterVariable, indices: [Int])
}

extension SinterConfiguration {
    /// What a placeholder means.
    /// - Throws: the reason and the remedy when it means nothing, or its format does not fit.
    func target(of placeholder: PlaceholderText.Placeholder) throws(ValueRefusal) -> PlaceholderTarget {
        let builtIn: PlaceholderTarget? =
            switch placeholder.name {
            case "model": .model
            case "directory": .directory
            default: nil
            }
        if let builtIn {
            guard variable(placeholder.name) == nil else {
                throw ValueRefusal(
                    reason: "${\(placeholder.name)} is the \(builtIn == .model ? "model's file" : "run's folder"); name"
                        + " the variable by its path or otherwise")
            }
            guard placeholder.format?.isForText ?? true else {
                throw ValueRefusal(reason: "${\(placeholder.name)} is a text, and takes a format such as %-20s")
            }
            return builtIn
        }
        let (variable, indices) = try variable(of: placeholder)
        if variable.type.element == .string, placeholder.format?.isForText == false {
            throw ValueRefusal(reason: "\(variable.name) is a text, and takes a format such as %-8s")
        }
        return .variable(variable, indices: indices)
    }

    private func variable(
        of placeholder: PlaceholderText.Placeholder
    ) throws(ValueRefusal) -> (SinterVariable, indices: [Int]) {
        if let variable = given(placeholder.name) { return (variable, []) }
        if let reference = VariableReference(placeholder.name), !reference.indices.isEmpty {
            if let variable = given(reference.name) {
                let dimensions = (variable.isDynamic ? 1 : 0) + (variable.type.isVector ? 1 : 0)
                guard reference.indices.count <= dimensions else {
                    throw ValueRefusal(reason: "\(variable.name) is of type \(variable.type) and has no such element")
                }
                let last = reference.indices.count == dimensions ? reference.indices[dimensions - 1] : 0
                if let count = variable.type.count, last >= count, !variable.isTimeSeries {
                    throw ValueRefusal(reason: "\(variable.name) has \(count) elements, from 0 to \(count - 1)")
                }
                return (variable, reference.indices)
            }
            if let table = table(reference.name), reference.indices.count == 2,
                let cell = table.cells[safe: reference.indices[0]]?[safe: reference.indices[1]],
                let variable = given(cell)
            {
                return (variable, [])
            }
        }
        if variable(placeholder.name) != nil { throw ValueRefusal(reason: "it is an output, which is not there yet") }
        let names = variables.filter(\.isGiven).map(\.name) + ["model", "directory"]
        throw ValueRefusal(
            reason: "there is no input or setting of this name" + Suggestion.hint(for: placeholder.name, among: names))
    }

    /// The setting or input of a name, or of a path.
    private func given(_ name: String) -> SinterVariable? {
        if let variable = variable(name) { return variable.isGiven ? variable : nil }
        return variables.first { $0.isGiven && $0.paths.contains(name) }
    }
}
