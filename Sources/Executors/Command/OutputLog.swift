import FileKit
import ProcessKit

/// What a program printed, kept as a file of its job.
enum OutputLog {
    /// Where they are in a job's folder.
    static let (stdout, stderr) = ("stdout.log", "stderr.log")

    /// Writes what was kept, with a note where something was left out. A program that printed nothing leaves no file.
    static func write(_ log: CapturedOutput, to path: String) throws(FileError) {
        guard !log.bytes.isEmpty else { return }
        var bytes = log.bytes
        if let gap = log.gap {
            let note = "\n[\(log.total - bytes.count) of \(log.total) bytes left out]\n"
            bytes.insert(contentsOf: note.utf8, at: gap)
        }
        try ResultFile.write(bytes, to: path)
    }
}
