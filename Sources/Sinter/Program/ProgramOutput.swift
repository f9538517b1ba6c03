import JSONKit
import TextKit

extension ProgramDescription {
    /// The outputs of a run, read from what the program left.
    ///
    /// - Parameters:
    ///   - bytes: the content of the file or of stdout.
    ///   - times: of a dynamic run.
    /// - Throws: all that is missing or no value of its variable's type, with its place where there is one.
    public func outputs(
        _ bytes: [UInt8], of configuration: SinterConfiguration, times: [Double]?
    ) throws(SinterError) -> [String: SinterValue] {
        let notes = ProblemNotes()
        let reader: any OutputReader =
            switch outputFormat {
            case .json: try JSONOutput(bytes, file: output.name)
            case .csv(let separator): try TableOutput(bytes, separator, file: output.name)
            case .regex: TextOutput(bytes: bytes, file: output.name)
            }
        var outputs: [String: SinterValue] = [:]
        for variable in configuration.outputs {
            do throws(OutputRefusal) {
                outputs[variable.name] = try reader.value(of: variable, times: times?.count)
            } catch {
                notes.error(error.place, variable.name, error.reason)
            }
        }
        _ = try notes.finish()
        return outputs
    }
}

/// What reads the outputs of one format.
protocol OutputReader {
    /// - Parameter times: how many values an output over time has.
    func value(of variable: SinterVariable, times: Int?) throws(OutputRefusal) -> SinterValue
}

/// Why an output has no value.
struct OutputRefusal: Error {
    let place: SourcePlace?
    let reason: String
}

extension SinterVariable {
    /// An output is read from the first of its paths.
    var outputPath: String { paths.first ?? name }
}
