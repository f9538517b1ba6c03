import JSONKit
import TextKit

/// Reads the sections of a JSON configuration that describe variables.
struct VariableReader {
    let text: SinterText
    let notes: ProblemNotes

    static let sections: [(key: String, role: SinterVariable.Role)] = [
        ("settings", .setting), ("inputs", .input), ("dynamic-inputs", .dynamicInput), ("outputs", .output),
        ("dynamic-outputs", .dynamicOutput),
    ]

    func variables(of root: ObjectReader) -> [SinterVariable] {
        Self.sections.flatMap { section in
            guard let entries = root.object(section.key, required: false) else { return [SinterVariable]() }
            let members = text.members(entries.path)
            noteRepetitions(members)
            let offsets = Dictionary(members.map { ($0.key, $0.offset) }, uniquingKeysWith: { $1 })
            return entries.object.compactMap { name, _ in
                guard var entry = entries.object(name, required: true) else { return nil }
                entry.variable = name
                return variable(name, section.role, entry, place: offsets[name].map(text.place(offset:)))
            }
        }
    }

    private func noteRepetitions(_ members: [(key: String, offset: Int)]) {
        var seen: Set<String> = []
        for member in members where !seen.insert(member.key).inserted {
            notes.warning(
                text.place(offset: member.offset), member.key, "it is described twice; the last description counts")
        }
    }

    private func variable(
        _ name: String, _ role: SinterVariable.Role, _ entry: ObjectReader, place: SourcePlace?
    ) -> SinterVariable? {
        let isSetting = role == .setting
        let known: Set<String> = ["type", "description", "default", "min", "max"]
        entry.warnOfOthers(than: isSetting ? known : known.union(["path", "units"]))
        let paths = isSetting ? [] : entry.texts("path")
        if paths == [], !isSetting { entry.error("path", "the field \"path\" must name at least one place") }
        let units = isSetting ? nil : entry.optionalText("units", required: true)
        let description = entry.optionalText("description", required: true)
        guard let type = type(entry), let paths else { return nil }
        let isGiven = role != .output && role != .dynamicOutput
        return SinterVariable(
            name: name, role: role, type: type, paths: paths, description: description, units: units,
            defaultValue: isGiven ? defaultValue(entry, type, role) : nil,
            minimum: limit("min", entry, type), maximum: limit("max", entry, type), place: place)
    }

    private func type(_ entry: ObjectReader) -> VariableType? {
        guard entry.field("type", required: true) != nil else { return nil }
        let name = entry.text("type")
        if let type = VariableType(name) { return type }
        let words = VariableType.Element.allCases.map(\.rawValue)
        entry.error(
            "type",
            "the type \"\(name)\" is not known\(Suggestion.hint(for: name, among: words)). Types: int, double,"
                + " string, and vectors such as double[3]")
        return nil
    }

    private func defaultValue(
        _ entry: ObjectReader, _ type: VariableType, _ role: SinterVariable.Role
    ) -> SinterValue? {
        guard var json = entry.field("default", required: true) else { return nil }
        if json.isNull, type == VariableType(.string) { json = "" }
        // The original cut what is too long, and so there are such configurations.
        if let count = type.count, let items = json.arrayValue, items.count > count {
            entry.warning("default", "the default has \(items.count) values, of which the first \(count) count")
            json = .array(Array(items.prefix(count)))
        }
        return value("default", json, entry, type)
    }

    /// A minimum or maximum. A single number may stand for all elements of a vector.
    private func limit(_ key: String, _ entry: ObjectReader, _ type: VariableType) -> SinterValue? {
        guard let json = entry.object[key], !json.isNull else { return nil }
        guard type.element != .string else {
            entry.warning(key, "a text has no \(key)")
            return nil
        }
        if let count = type.count, json.doubleValue != nil {
            return value(key, .array(Array(repeating: json, count: count)), entry, type)
        }
        return value(key, json, entry, type)
    }

    private func value(_ key: String, _ json: JSON, _ entry: ObjectReader, _ type: VariableType) -> SinterValue? {
        do throws(ValueRefusal) {
            return try type.value(json)
        } catch {
            entry.error(key, "the \(key) does not fit the type \(type): \(error.reason)")
            return nil
        }
    }
}
