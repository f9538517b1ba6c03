import JSONKit
import TextKit

/// Reads runs from JSON.
struct RunReader {
    /// Where the JSON comes from; nil when places cannot be told.
    let text: SinterText?
    /// Where the value begins from which paths go: each run of a list is looked for from its own beginning.
    var base = 0

    func runs(_ json: JSON) throws(SinterError) -> [SinterRun] {
        guard let elements = json.arrayValue else { return [try element(json, [])] }
        guard !elements.isEmpty else { throw SinterError(place: place([]), "the list of runs is empty") }
        var runs: [SinterRun] = []
        runs.reserveCapacity(elements.count)
        let offsets = text?.elements() ?? []
        for (index, json) in elements.enumerated() {
            let base = offsets.indices.contains(index) ? offsets[index] : 0
            runs.append(try RunReader(text: text, base: base).element(json, []))
        }
        return runs
    }

    /// A run, perhaps wrapped as an element of a batch.
    private func element(_ json: JSON, _ path: [JSONLocator.Step]) throws(SinterError) -> SinterRun {
        let object = try object(json, path)
        if !Self.isVersioned(object) {
            // A variable of such a name has no object for a value.
            for key in ["inputs", "Input"] {
                if let inner = object[key], inner.objectValue != nil || inner.isNull {
                    return try run(inner, path + [.key(key)])
                }
            }
        }
        return try run(json, path)
    }

    /// A run itself. Null is a run that gives nothing.
    func run(_ json: JSON, _ path: [JSONLocator.Step]) throws(SinterError) -> SinterRun {
        if json.isNull { return SinterRun(place: place(path)) }
        let object = try object(json, path)
        guard Self.isVersioned(object) else {
            let offsets = offsets(path)
            return SinterRun(
                values: object.map { name, value in
                    SinterRun.Value(name: name, json: value, place: place(path, name, offsets))
                }, place: place(path))
        }
        let type = object["filetype"]?.stringValue
        guard type == "sinterinputs" else {
            throw SinterError(
                place: place(path + [.key("filetype")]),
                "the filetype is \(object["filetype"]?.description ?? ""), and \"sinterinputs\" is expected")
        }
        guard object["version"]?.doubleValue == 0.2 else {
            throw SinterError(
                place: place(path + [.key("version")]),
                "the version of the inputs is \(object["version"]?.description ?? ""), and 0.2 is what is understood")
        }
        return try versionedRun(object, path)
    }

    private func versionedRun(_ object: JSONObject, _ path: [JSONLocator.Step]) throws(SinterError) -> SinterRun {
        let inner = path + [.key("inputs")]
        guard let inputs = object["inputs"]?.objectValue else {
            throw SinterError(place: place(path), "the field \"inputs\" is missing or no object")
        }
        let offsets = offsets(inner)
        var values: [SinterRun.Value] = []
        for (name, entry) in inputs {
            let place = place(inner, name, offsets)
            guard let entry = entry.objectValue, let value = entry["value"] else {
                throw SinterError(
                    place: place, variable: name, "an input with units is written {\"value\": 1.5, \"units\": \"degC\"}"
                )
            }
            let units = entry["units"] ?? .null
            guard units.isNull || units.stringValue != nil else {
                throw SinterError(
                    place: place, variable: name, "units are a text or null, not of type \(units.typeName)")
            }
            values.append(SinterRun.Value(name: name, json: value, units: units.stringValue, place: place))
        }
        return SinterRun(values: values, place: self.place(path))
    }

    private static func isVersioned(_ object: JSONObject) -> Bool {
        object["filetype"] != nil && object["version"] != nil
    }

    private func object(_ json: JSON, _ path: [JSONLocator.Step]) throws(SinterError) -> JSONObject {
        guard let object = json.objectValue else {
            throw SinterError(place: place(path), "a run is an object of values by name, not of type \(json.typeName)")
        }
        return object
    }

    private func place(_ path: [JSONLocator.Step]) -> SourcePlace? { text?.place(path, from: base) }

    private func offsets(_ path: [JSONLocator.Step]) -> [String: Int] {
        Dictionary((text?.members(path, from: base) ?? []).map { ($0.key, $0.offset) }, uniquingKeysWith: { $1 })
    }

    private func place(_ path: [JSONLocator.Step], _ name: String, _ offsets: [String: Int]) -> SourcePlace? {
        guard let text, let offset = offsets[name] else { return nil }
        return text.place(offset: offset)
    }
}
