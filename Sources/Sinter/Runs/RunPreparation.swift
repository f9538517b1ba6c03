import JSONKit
import TextKit
public import UnitsKit

extension SinterConfiguration {
    /// Applies a run: what it gives is converted to the configuration's types and units, everything else has its
    /// default, whatever ran before.
    ///
    /// - Parameter units: read when the first conversion needs it; see ``UnitSystem/load()``.
    /// - Throws: all that is wrong with the run, each with its place and variable.
    public func prepare(_ run: SinterRun, units: UnitSystem = .shared) throws(SinterError) -> PreparedRun {
        var preparation = RunPreparation(configuration: self, units: units)
        return try preparation.apply(run)
    }
}

/// One run on its way to the simulator.
private struct RunPreparation {
    /// What a variable has so far.
    private struct Slot {
        var given: SinterValue?
        var givenUnits: String?
        var value: SinterValue?
        /// Where a run gave it as a whole or an element of it.
        var place: SourcePlace?
        var isDefault = true
        var isWhole = false
        var isRefused = false
    }

    private let configuration: SinterConfiguration
    private let units: UnitSystem
    private let notes = ProblemNotes()
    private var slots: [FoldedName: Slot] = [:]
    private var times: [Double]?

    init(configuration: SinterConfiguration, units: UnitSystem) {
        self.configuration = configuration
        self.units = units
    }

    mutating func apply(_ run: SinterRun) throws(SinterError) -> PreparedRun {
        let isTimes = { (value: SinterRun.Value) in FoldedName(value.name) == SinterVariable.timeSeries }
        for value in run.values where isTimes(value) { set(value) }
        setTimes()
        fillDefaults()
        for value in run.values where !isTimes(value) { set(value) }
        let assignments = configuration.variables.compactMap { assignment($0, run) }
        return PreparedRun(assignments: assignments, times: times, warnings: try notes.finish())
    }

    /// The times must be known first, as they decide how many values dynamic variables have.
    private mutating func setTimes() {
        guard configuration.isDynamic, let variable = configuration.variables.first(where: \.isTimeSeries) else {
            return
        }
        let slot = slots[FoldedName(variable.name)]
        let values = (slot?.value ?? variable.defaultValue)?.scalars.compactMap(\.number) ?? []
        if zip(values, values.dropFirst()).contains(where: { $0 >= $1 }) {
            notes.error(slot?.place ?? variable.place, variable.name, "the times must rise from each to the next")
        }
        times = values
    }

    private mutating func fillDefaults() {
        for variable in configuration.variables where variable.isGiven && slots[FoldedName(variable.name)] == nil {
            var value = variable.defaultValue
            if variable.isDynamic { value = value.map { .series(Array(repeating: $0, count: times?.count ?? 0)) } }
            slots[FoldedName(variable.name)] = Slot(given: value, givenUnits: variable.units, value: value)
        }
    }

    private mutating func set(_ given: SinterRun.Value) {
        guard let (variable, element) = target(of: given) else { return }
        var slot = slots[FoldedName(variable.name)] ?? Slot()
        if slot.isWhole, element == nil {
            return notes.error(given.place, given.name, "it is given twice")
        }
        do throws(ValueRefusal) {
            let typed = try value(given.json, of: variable, element: element)
            let converted = try convert(typed, given.units, variable)
            if let element {
                guard case .vector(var elements)? = slot.value, case .scalar(let scalar) = converted else {
                    throw ValueRefusal(reason: "the other elements have no default; give the whole list")
                }
                elements[element] = scalar
                (slot.given, slot.value, slot.givenUnits) = (.vector(elements), .vector(elements), variable.units)
            } else {
                let hasUnits = given.units.map { !$0.isEmpty } ?? false
                (slot.given, slot.value) = (typed, converted)
                slot.givenUnits = hasUnits && variable.role != .setting ? given.units : variable.units
                slot.isWhole = true
            }
            slot.isDefault = false
            slot.place = given.place
            slots[FoldedName(variable.name)] = slot
        } catch {
            notes.error(given.place, given.name, error.reason)
            slot.isRefused = true
            slots[FoldedName(variable.name)] = slot
        }
    }

    /// Which variable a name means, and which element of it. Notes what is wrong.
    private func target(of given: SinterRun.Value) -> (SinterVariable, element: Int?)? {
        func refuse(_ message: String) -> (SinterVariable, element: Int?)? {
            notes.error(given.place, given.name, message)
            return nil
        }
        func checked(_ variable: SinterVariable, _ element: Int? = nil) -> (SinterVariable, element: Int?)? {
            variable.isGiven ? (variable, element) : refuse("it is an output, which a run cannot give")
        }
        // The cells of a table are named with brackets themselves.
        if let variable = configuration.variable(given.name) { return checked(variable) }
        guard let reference = VariableReference(given.name) else {
            return refuse("behind a name there may be [index] or [row,column], of numbers from 0")
        }
        if let variable = configuration.variable(reference.name), let index = reference.indices.first {
            guard let count = variable.type.count, reference.indices.count == 1 else {
                return refuse("\(variable.name) is of type \(variable.type) and has no such element")
            }
            if variable.isDynamic { return refuse("a dynamic vector is given as a whole: a list of lists over time") }
            guard index < count || variable.isTimeSeries else {
                return refuse("\(variable.name) has \(count) elements, from 0 to \(count - 1)")
            }
            return checked(variable, index)
        }
        if let table = configuration.table(reference.name), reference.indices.count == 2 {
            guard let cell = table.cells[safe: reference.indices[0]]?[safe: reference.indices[1]],
                let variable = configuration.variable(cell)
            else { return refuse("the table has \(table.rows.count) rows and \(table.columns.count) columns") }
            return checked(variable)
        }
        let names = configuration.variables.filter(\.isGiven).map(\.name)
        return refuse(
            "this input is unknown"
                + (Suggestion.nearest(to: reference.name, among: names).map {
                    "; did you mean '\($0)'?"
                } ?? ". Is it the right configuration for these inputs?"))
    }

    private func value(_ json: JSON, of variable: SinterVariable, element: Int?) throws(ValueRefusal) -> SinterValue {
        if let object = json.objectValue, object["value"] != nil {
            throw ValueRefusal(
                reason: "a value with units is for inputs with \"filetype\": \"sinterinputs\" and \"version\": 0.2")
        }
        if element != nil {
            guard !variable.isTimeSeries else { throw ValueRefusal(reason: "TimeSeries is given as a whole") }
            return .scalar(try variable.type.element.scalar(json))
        }
        guard variable.isDynamic else { return try variable.type.value(json, anyCount: variable.isTimeSeries) }
        let count = times?.count ?? 0
        guard let items = json.arrayValue else {
            // One number for all times.
            let value = try variable.type.value(json)
            return .series(Array(repeating: value, count: count))
        }
        guard items.count == count else {
            throw ValueRefusal(
                reason: "a value is needed for each of the \(count) times of TimeSeries, not \(items.count)")
        }
        var values: [SinterValue] = []
        for (index, item) in items.enumerated() {
            do throws(ValueRefusal) {
                values.append(try variable.type.value(item))
            } catch {
                throw ValueRefusal(reason: "at time \(index): \(error.reason)")
            }
        }
        return .series(values)
    }

    /// The value in the configuration's units.
    private func convert(
        _ value: SinterValue, _ given: String?, _ variable: SinterVariable
    ) throws(ValueRefusal) -> SinterValue {
        let own = variable.units ?? ""
        guard let given, !given.isEmpty, given != own else { return value }
        guard !own.isEmpty else {
            throw ValueRefusal(reason: "it has no units in the configuration; the units '\(given)' cannot be minded")
        }
        guard variable.type.element == .double else {
            throw ValueRefusal(
                reason: "a value of type \(variable.type) is not converted; give it in '\(own)', not in '\(given)'")
        }
        do throws(UnitsError) {
            let converter = try units.converter(from: given, to: own)
            return value.mapped { scalar in
                if case .double(let number) = scalar { .double(converter.convert(number)) } else { scalar }
            }
        } catch {
            throw ValueRefusal(reason: "\(error)")
        }
    }

    private func assignment(_ variable: SinterVariable, _ run: SinterRun) -> PreparedRun.Assignment? {
        guard variable.isGiven, let slot = slots[FoldedName(variable.name)] else { return nil }
        guard let given = slot.given, let value = slot.value else {
            if variable.role != .setting, !slot.isRefused {
                notes.error(run.place, variable.name, "it has no default and is not given")
            }
            return nil
        }
        if !slot.isDefault { noteLimits(variable, value, slot.place) }
        return PreparedRun.Assignment(
            variable: variable, given: given, givenUnits: slot.givenUnits, value: value, isDefault: slot.isDefault)
    }

    /// Limits are advice: models are run outside them on purpose too. Where the minimum is not below the maximum, whoever
    /// made the configuration has left them open.
    private func noteLimits(_ variable: SinterVariable, _ value: SinterValue, _ place: SourcePlace?) {
        let samples: [SinterValue] = if case .series(let values) = value { values } else { [value] }
        let least = variable.minimum?.scalars.map(\.number) ?? []
        let most = variable.maximum?.scalars.map(\.number) ?? []
        for sample in samples {
            for (index, number) in sample.scalars.map(\.number).enumerated() {
                guard let number else { continue }
                let (low, high) = (least[safe: index] ?? nil, most[safe: index] ?? nil)
                if let low, let high, low >= high { continue }
                if let low, number < low {
                    return notes.warning(place, variable.name, "\(number) is less than its minimum, \(low)")
                }
                if let high, number > high {
                    return notes.warning(place, variable.name, "\(number) is more than its maximum, \(high)")
                }
            }
        }
    }
}
