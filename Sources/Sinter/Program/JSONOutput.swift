import JSONKit
import TextKit

/// Outputs as JSON, each where its path says.
struct JSONOutput: OutputReader {
    private let text: SinterText
    private let root: JSON

    init(_ bytes: [UInt8], file: String) throws(SinterError) {
        text = SinterText(bytes, file: file)
        guard !text.isEmpty else { throw SinterError(place: nil, "the program wrote nothing to \(file)") }
        root = try text.json()
    }

    func value(of variable: SinterVariable, times: Int?) throws(OutputRefusal) -> SinterValue {
        let path: ValuePath
        do throws(ValueRefusal) { path = try ValuePath(variable.outputPath) } catch {
            throw OutputRefusal(place: variable.place, reason: error.reason)
        }
        guard let json = path.value(in: root) else {
            throw OutputRefusal(place: text.place(path.steps), reason: missing(variable.outputPath))
        }
        if json.isNull {
            throw OutputRefusal(
                place: text.place(path.steps), reason: "null is no value; Octave and MATLAB write it for NaN")
        }
        do throws(ValueRefusal) {
            guard variable.isDynamic else { return try Self.value(json, variable.type) }
            // One time is a plain value to Octave and MATLAB.
            let items = json.arrayValue ?? (times == 1 ? [json] : nil)
            guard let items, items.count == times else {
                throw ValueRefusal(
                    reason: "a list of \(times ?? 0) values is needed, one for each time, not"
                        + (items.map { " of \($0.count)" } ?? " a value of type \(json.typeName)"))
            }
            var values: [SinterValue] = []
            for (index, item) in items.enumerated() {
                do throws(ValueRefusal) { values.append(try Self.value(item, variable.type)) } catch {
                    throw ValueRefusal(reason: "at time \(index): \(error.reason)")
                }
            }
            return .series(values)
        } catch {
            throw OutputRefusal(place: text.place(path.steps), reason: error.reason)
        }
    }

    private func missing(_ path: String) -> String {
        let names = root.objectValue?.names ?? []
        return "there is no '\(path)'" + Suggestion.hint(for: path, among: names)
    }

    /// One element is a plain value to Octave and MATLAB.
    private static func value(_ json: JSON, _ type: VariableType) throws(ValueRefusal) -> SinterValue {
        let isBare = type.count == 1 && json.arrayValue == nil
        return try type.value(isBare ? [json] : json)
    }
}
