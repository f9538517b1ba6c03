import FileKit
import JSONKit

/// What a run left in the job's `output.json`.
enum RunOutput: Sendable, Equatable {
    static let fileName = "output.json"

    case json(JSON)
    case absent
    case unreadable(String)

    /// Reads strictly: the runner writes no bare NaN. Blocking.
    init(_ path: String, limit: Int) {
        do {
            guard let bytes = try ResultFile.read(path, limit: limit) else {
                self = .absent
                return
            }
            self = .json(try JSON.parse(bytes))
        } catch let error as FileError where error.code == ResultFile.tooLarge {
            self = .unreadable("\(Self.fileName) is larger than \(limit) bytes")
        } catch {
            self = .unreadable("\(Self.fileName) cannot be read: \(error)")
        }
    }

    var value: JSON? {
        if case .json(let value) = self { value } else { nil }
    }
}

enum RunOutcome {
    /// The outcome of a job by its runner's account and the file it left.
    static func of(_ result: RunnerResult, output: RunOutput, timeout: Duration?) -> Outcome {
        switch (result.status, result.reason) {
        case (.success, _):
            switch output {
            case .json(let value): .success(output: value)
            case .absent: .infrastructure(message: "the FOQUS runner left no \(RunOutput.fileName)")
            case .unreadable(let reason): .failed(message: reason, output: nil)
            }
        case (.error, .timeout): .timedOut(after: timeout ?? .zero)
        case (.error, .files): .infrastructure(message: result.message)
        case (.error, _): .failed(message: result.message, output: output.value)
        case (.invalid, _): .failed(message: result.message, output: nil)
        case (.terminate, _): .infrastructure(message: "the run was ended from outside: \(result.message)")
        }
    }
}
