public import JSONKit
import TextKit

extension SinterConfiguration {
    /// The outputs that a simulator told as a JSON object, compared with the configuration: each must be there, in its
    /// type and length. What is told besides does not count.
    ///
    /// - Parameter times: how many values an output over time has.
    /// - Throws: all that is wrong, by variable.
    public func outputs(reported values: JSON, times: Int?) throws(SinterError) -> [String: SinterValue] {
        let notes = ProblemNotes()
        var outputs: [String: SinterValue] = [:]
        for variable in self.outputs {
            guard let json = values[variable.name], !json.isNull else {
                notes.error(nil, variable.name, "the simulator told no value for this output")
                continue
            }
            do throws(ValueRefusal) {
                outputs[variable.name] = try Self.value(json, of: variable, times: times)
            } catch {
                notes.error(nil, variable.name, "the simulator told what is no \(variable.type): \(error.reason)")
            }
        }
        _ = try notes.finish()
        return outputs
    }

    private static func value(
        _ json: JSON, of variable: SinterVariable, times: Int?
    ) throws(ValueRefusal) -> SinterValue {
        guard variable.isDynamic else { return try variable.type.value(json) }
        guard let items = json.arrayValue, items.count == times else {
            throw ValueRefusal(reason: "a value is needed for each of the \(times ?? 0) times")
        }
        var values: [SinterValue] = []
        for item in items { values.append(try variable.type.value(item)) }
        return .series(values)
    }
}
