import FileKit
import JSONKit
import ProcessKit

/// The files of one run in the job's folder. All of it blocks: call on a pool's thread.
struct CommandFolder: Sendable {
    let input: String
    private let output: String
    private let stdout: String
    private let stderr: String
    private let options: CommandExecutor.Options

    init(_ directory: String, _ options: CommandExecutor.Options) {
        input = Path.join(directory, "input.json")
        output = Path.join(directory, options.outputFile)
        stdout = Path.join(directory, OutputLog.stdout)
        stderr = Path.join(directory, OutputLog.stderr)
        self.options = options
    }

    /// Writes the input and removes what would be taken for the output.
    func prepare(input json: JSON) throws(FileError) {
        try File.remove(output)
        try ResultFile.write(json.serialized(), to: input)
    }

    /// Reads the output and writes the logs. A log that cannot be written does not fail the job.
    func collect(
        _ result: ProcessResult, isSuccess: Bool, logFailed: (FileError) -> Void
    ) -> Result<CommandOutput, CommandOutput.Unreadable> {
        let found = Result { () throws(CommandOutput.Unreadable) in try readOutput(result, isSuccess: isSuccess) }
        var logs = [(stderr, result.stderr)]
        // An output on stdout is no log as well.
        if (try? found.get())?.source != .standardOutput { logs.append((stdout, result.stdout)) }
        for (path, log) in logs {
            do throws(FileError) { try OutputLog.write(log, to: path) } catch { logFailed(error) }
        }
        return found
    }

    private func readOutput(
        _ result: ProcessResult, isSuccess: Bool
    ) throws(CommandOutput.Unreadable) -> CommandOutput {
        let file: [UInt8]?
        do {
            file = try ResultFile.read(output, limit: options.outputLimit)
        } catch  where error.code == ResultFile.tooLarge {
            throw .init(description: "\(options.outputFile) is larger than \(options.outputLimit) bytes")
        } catch {
            throw .init(description: "\(options.outputFile) cannot be read: \(error)")
        }
        return try CommandOutput(
            file: file, name: options.outputFile, standardOutput: isSuccess ? result.stdout.bytes : [],
            isCut: result.stdout.isTruncated)
    }
}
