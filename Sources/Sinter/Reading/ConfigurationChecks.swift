import TextKit

/// What must be true of a configuration of any format as a whole.
struct ConfigurationChecks {
    let notes: ProblemNotes
    /// Where the configuration describes the program that it is for; nil when it does not.
    var program: SourcePlace?

    /// Makes the configuration, checks it, and makes it again with the warnings.
    func checked(
        _ make: (_ warnings: [SinterProblem]) -> SinterConfiguration
    ) throws(SinterError) -> SinterConfiguration {
        let configuration = make([])
        noteNames(configuration)
        noteSimulator(configuration)
        if configuration.simulator == .excel { noteAddresses(configuration) }
        if let program = configuration.program {
            ProgramChecks(configuration: configuration, program: program, place: self.program, notes: notes).note()
        }
        if configuration.isDynamic { noteTimes(configuration) }
        return make(try notes.finish())
    }

    private func noteNames(_ configuration: SinterConfiguration) {
        var seen: [FoldedName: SinterVariable] = [:]
        for variable in configuration.variables {
            if variable.name.isEmpty { notes.error(variable.place, nil, "a variable has an empty name") }
            if let other = seen.updateValue(variable, forKey: FoldedName(variable.name)) {
                let place = other.place.map { " in line \($0.line)" } ?? ""
                let what = other.name == variable.name ? "it" : "'\(other.name)', the same name but for case,"
                notes.error(variable.place, variable.name, "\(what) is described already\(place)")
            }
            if !variable.isGiven, FoldedName(variable.name) == FoldedName("status") {
                notes.error(
                    variable.place, variable.name, "the outputs' status is that of the run; choose another name")
            }
        }
    }

    private func noteSimulator(_ configuration: SinterConfiguration) {
        if program != nil, configuration.simulator != .program {
            notes.error(
                program, nil,
                "the object \"program\" is for the application \"program\", not for"
                    + " \"\(configuration.application?.name ?? "")\"")
        }
        let byFile = SimulatorKind(modelFile: configuration.model.path)
        guard let application = configuration.application, let kind = SimulatorKind(application: application.name),
            let byFile, kind != byFile, kind != .program
        else { return }
        notes.error(
            nil, nil,
            "the application is \(kind.rawValue), but the model \(configuration.model.path) is for \(byFile.rawValue)")
    }

    private func noteAddresses(_ configuration: SinterConfiguration) {
        for variable in configuration.variables {
            for path in variable.paths {
                do throws(CellAddressError) {
                    let address = try CellAddress(path)
                    if let count = variable.type.count { _ = try address.row(of: count) }
                } catch {
                    notes.error(variable.place, variable.name, "\(error)")
                }
            }
        }
    }

    private func noteTimes(_ configuration: SinterConfiguration) {
        guard let times = configuration.variables.first(where: \.isTimeSeries) else {
            let first = configuration.variables.first(where: \.isDynamic)
            return notes.error(
                first?.place, first?.name, "a dynamic variable needs the setting TimeSeries, of type double[1]")
        }
        if times.type.element != .double || !times.type.isVector {
            notes.error(times.place, times.name, "TimeSeries must be of type double[1] or longer")
        }
    }
}
