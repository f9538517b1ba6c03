import JSONKit
import TextKit

/// What must be true of a program's description and the variables together.
struct ProgramChecks {
    let configuration: SinterConfiguration
    let program: ProgramDescription
    /// Where the configuration describes the program; nil when it does not.
    let place: SourcePlace?
    let notes: ProblemNotes

    func note() {
        switch program.input {
        case .json: noteTree()
        case .csv: noteColumns()
        case .template, .arguments: break
        }
        for variable in configuration.outputs { noteOutput(variable) }
        let texts = program.command + program.environment.values
        var told: Set<FoldedName> = []
        for placeholder in texts.flatMap(\.placeholders) {
            do throws(ValueRefusal) {
                if case .variable(let variable, _) = try configuration.target(of: placeholder) {
                    told.insert(FoldedName(variable.name))
                }
            } catch {
                notes.error(place, nil, "${\(placeholder.name)}: \(error.reason)")
            }
        }
        guard program.input == .arguments else { return }
        for variable in configuration.variables
        where variable.isGiven && variable.role != .setting && !told.contains(FoldedName(variable.name)) {
            notes.warning(
                variable.place, variable.name,
                "the program is not told this input: ${\(variable.name)} is not in its command")
        }
    }

    private func noteTree() {
        var tree = InputTree()
        for variable in configuration.variables where variable.isGiven {
            do throws(ValueRefusal) {
                for path in try variable.jsonPaths() { try tree.insert(.null, at: path) }
            } catch {
                notes.error(variable.place, variable.name, error.reason)
            }
        }
        do throws(ValueRefusal) { _ = try tree.json() } catch { notes.error(place, nil, error.reason) }
    }

    private func noteColumns() {
        var names: Set<String> = []
        for variable in configuration.variables where variable.isGiven {
            for name in InputTable.names(of: variable, isDynamic: configuration.isDynamic)
            where !names.insert(name).inserted {
                notes.error(variable.place, variable.name, "another variable has the column '\(name)'")
            }
        }
    }

    private func noteOutput(_ variable: SinterVariable) {
        let path = variable.outputPath
        switch program.outputFormat {
        case .json:
            do throws(ValueRefusal) { _ = try ValuePath(path) } catch {
                notes.error(variable.place, variable.name, error.reason)
            }
        case .csv: if path.isEmpty { notes.error(variable.place, variable.name, "its path names no column") }
        case .regex:
            do throws(TextPatternError) {
                guard try TextPattern(path).groupCount == 1 else {
                    return notes.error(
                        variable.place, variable.name,
                        "the pattern '\(path)' must have one group ( ) around the value; (?: ) is none")
                }
            } catch {
                notes.error(variable.place, variable.name, "the pattern '\(path)' is none: \(error)")
            }
        }
    }
}
