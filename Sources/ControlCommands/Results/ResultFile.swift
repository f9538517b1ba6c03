import FOQUSModel
import FileKit
import Glibc
import Threading

/// A file to write results to.
struct ResultFile: Sendable {
    let path: String
    let format: TableFormat

    /// Refuses a place that cannot be written, so that nobody computes for hours in vain. Blocks.
    init(path: String, format: String?) throws(ControlError) {
        self.path = path
        self.format = try TableFormat.of("output file", path: path, option: format, flag: "--format")
        let directory = Path.parent(path)
        guard access(directory, W_OK | X_OK) == 0 else {
            throw ControlError(
                .input, "cannot write \(path): the directory \(directory): \(String(cString: strerror(errno))).")
        }
    }

    /// Replaces the file as a whole. Blocks.
    func write(_ results: ResultSet, of session: SessionID) throws(ControlError) {
        do throws(FileError) {
            try File.writeAtomically(format.text(results), to: path, mode: 0o644, sync: false)
        } catch {
            throw ControlError(
                .local,
                "\(error). The results are kept by the gateway: foqusctl session results \(session) --output FILE")
        }
    }
}

extension TableFormat {
    func text(_ results: ResultSet) -> [UInt8] {
        switch self {
        case .json: results.jsonText()
        case .csv: ResultsCSV.text(results)
        }
    }
}
