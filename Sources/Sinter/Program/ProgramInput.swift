import JSONKit
import TextKit

/// What a program is told of one run.
public struct ProgramInput: Sendable, Hashable {
    /// The program and its arguments.
    public let command: [String]
    public let environment: [String: String]
    /// What is written for it, and where to; nil for nothing.
    public let text: Text?
    /// What is odd about it, such as an input that the program is not told.
    public let warnings: [SinterProblem]

    public struct Text: Sendable, Hashable {
        public let bytes: [UInt8]
        public let source: ProgramDescription.Source
    }
}

extension ProgramDescription {
    /// The file of the simulation that the inputs are put into; nil without one.
    public var templateFile: String? { if case .template(let file, _) = input { file } else { nil } }

    /// Whether the command or the environment names the model's file.
    public var usesModel: Bool {
        (command + environment.values).contains { $0.placeholders.contains { $0.name == "model" } }
    }

    /// Puts the values of a run where the program looks for them.
    ///
    /// - Parameters:
    ///   - directory: the folder that the program runs in. Absolute.
    ///   - template: the content of ``templateFile``.
    /// - Throws: each placeholder that means nothing or cannot be written, with its place in the template.
    public func input(
        _ run: PreparedRun, of configuration: SinterConfiguration, directory: String, template: [UInt8]? = nil
    ) throws(SinterError) -> ProgramInput {
        var rendering = ProgramRendering(run: run, configuration: configuration, directory: directory)
        var arguments: [String] = []
        for text in command { arguments += rendering.arguments(text) }
        let environment = environment.mapValues { String(decoding: rendering.text($0, nil), as: UTF8.self) }
        let text = try rendered(&rendering, template)
        if templateFile != nil { rendering.noteUntold() }
        let warnings = try rendering.notes.finish()
        return ProgramInput(command: arguments, environment: environment, text: text, warnings: warnings)
    }

    private func rendered(
        _ rendering: inout ProgramRendering, _ template: [UInt8]?
    ) throws(SinterError) -> ProgramInput.Text? {
        switch input {
        case .arguments: return nil
        case .json(let source): return ProgramInput.Text(bytes: try rendering.json(), source: source)
        case .csv(let source): return ProgramInput.Text(bytes: rendering.table(), source: source)
        case .template(let file, let source):
            let bytes = template ?? []
            do throws(PlaceholderText.Refusal) {
                let text = try PlaceholderText(bytes)
                return ProgramInput.Text(bytes: rendering.text(text, (file, bytes)), source: source)
            } catch {
                throw SinterError(place: SourcePlace(file: file, offset: error.offset, in: bytes), error.reason)
            }
        }
    }
}

/// The writing of one run's inputs.
private struct ProgramRendering {
    let run: PreparedRun
    let configuration: SinterConfiguration
    let directory: String
    let notes = ProblemNotes()
    private var told: Set<FoldedName> = []

    init(run: PreparedRun, configuration: SinterConfiguration, directory: String) {
        self.run = run
        self.configuration = configuration
        self.directory = directory
    }

    func json() throws(SinterError) -> [UInt8] {
        var tree = InputTree()
        for assignment in run.assignments {
            do throws(ValueRefusal) {
                for path in try assignment.variable.jsonPaths() { try tree.insert(assignment.value.json, at: path) }
            } catch {
                notes.error(assignment.variable.place, assignment.variable.name, error.reason)
            }
        }
        do throws(ValueRefusal) {
            return try tree.json().serialized(pretty: true) + [UInt8(ascii: "\n")]
        } catch {
            throw SinterError(place: nil, error.reason)
        }
    }

    func table() -> [UInt8] {
        var table = InputTable(times: run.times?.count)
        for assignment in run.assignments {
            table.append(assignment.value, of: assignment.variable, isDynamic: configuration.isDynamic)
        }
        return table.text
    }

    /// An argument; a vector alone is one for each element.
    mutating func arguments(_ text: PlaceholderText) -> [String] {
        if let placeholder = text.onlyPlaceholder, placeholder.separator == nil,
            case .variable(let variable, _)? = try? configuration.target(of: placeholder),
            variable.type.isVector || variable.isDynamic
        {
            return values(placeholder, nil) ?? []
        }
        return [String(decoding: self.text(text, nil), as: UTF8.self)]
    }

    /// - Parameter file: which text it is, for messages; nil for one of the configuration.
    mutating func text(_ text: PlaceholderText, _ file: (name: String, bytes: [UInt8])?) -> [UInt8] {
        var bytes: [UInt8] = []
        for piece in text.pieces {
            switch piece {
            case .text(let text): bytes += text
            case .placeholder(let placeholder):
                let values = values(placeholder, file) ?? []
                bytes += values.joined(separator: placeholder.separator ?? " ").utf8
            }
        }
        return bytes
    }

    /// What takes the place of a placeholder; nil after noting why nothing does.
    private mutating func values(
        _ placeholder: PlaceholderText.Placeholder, _ file: (name: String, bytes: [UInt8])?
    ) -> [String]? {
        do throws(ValueRefusal) {
            switch try configuration.target(of: placeholder) {
            case .model:
                return [placeholder.format.map { $0.text(configuration.model.path) } ?? configuration.model.path]
            case .directory: return [placeholder.format.map { $0.text(directory) } ?? directory]
            case .variable(let variable, let indices):
                told.insert(FoldedName(variable.name))
                guard let value = run.value(variable.name) else {
                    throw ValueRefusal(reason: "it has no default and is not given")
                }
                var values: [String] = []
                for scalar in try Self.scalars(value, indices) {
                    values.append(try Self.text(scalar, placeholder.format))
                }
                return values
            }
        } catch {
            let place = file.map { SourcePlace(file: $0.name, offset: placeholder.offset, in: $0.bytes) }
            notes.error(place, placeholder.name, error.reason)
            return nil
        }
    }

    private static func scalars(_ value: SinterValue, _ indices: [Int]) throws(ValueRefusal) -> [SinterScalar] {
        guard let index = indices.first else { return value.scalars }
        let element: SinterValue? =
            switch value {
            case .scalar: nil
            case .vector(let scalars): scalars[safe: index].map { .scalar($0) }
            case .series(let values): values[safe: index]
            }
        guard let element else { throw ValueRefusal(reason: "the run has no element of number \(index)") }
        return try scalars(element, Array(indices.dropFirst()))
    }

    private static func text(_ scalar: SinterScalar, _ format: NumberFormat?) throws(ValueRefusal) -> String {
        guard let format else { return scalar.programText }
        guard !format.isForText, let number = scalar.number else { return format.text(scalar.programText) }
        guard let text = format.text(number) else {
            throw ValueRefusal(reason: "\(number) is not a whole number, as the format \(format) needs")
        }
        return text
    }

    /// An input that nobody asks for changes nothing, which is hardly meant.
    func noteUntold() {
        for variable in configuration.variables where variable.isGiven && !told.contains(FoldedName(variable.name)) {
            if variable.role == .setting { continue }
            notes.warning(
                variable.place, variable.name,
                "the program is not told this input: ${\(variable.name)} is neither in its command nor in its template")
        }
    }
}

extension SinterVariable {
    /// Where JSON has it: a setting by its name, anything else by its paths.
    func jsonPaths() throws(ValueRefusal) -> [ValuePath] {
        if role == .setting { return [ValuePath(key: name)] }
        var paths: [ValuePath] = []
        for path in self.paths { paths.append(try ValuePath(path)) }
        return paths
    }
}

extension ValuePath {
    /// A member of the whole, whatever its name.
    init(key: String) { steps = [.key(key)] }
}
