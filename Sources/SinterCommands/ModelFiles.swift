import CommandLineKit
import CryptoTools
import FileKit
import Sinter
import Threading

/// The files of a command: reading, checking and writing, away from Swift's threads.
struct ModelFiles: Sendable {
    let environment: SinterEnvironment

    private static let sizeLimit = 256 << 20

    func read(_ path: String) async throws -> [UInt8] {
        do throws(FileError) {
            return try await environment.files.run { () throws(FileError) in
                try File.read(path, limit: Self.sizeLimit)
            }
        } catch {
            throw CommandFailure(.dataError, "\(error)")
        }
    }

    /// Nil when there is no such file.
    func readIfThere(_ path: String) async throws -> [UInt8]? {
        let isThere = await environment.files.run { File.exists(path) }
        return isThere ? try await read(path) : nil
    }

    func write(_ bytes: [UInt8], to path: String) async throws {
        if path == "-" { return try environment.output.write(String(decoding: bytes, as: UTF8.self)) }
        do throws(FileError) {
            try await environment.files.run { () throws(FileError) in try File.writeAtomically(bytes, to: path) }
        } catch {
            throw CommandFailure(.failure, "\(error)")
        }
    }

    /// The configuration, with other defaults if a file of those is named.
    func configuration(
        _ path: String, defaults: String?
    ) async throws -> (SinterConfiguration, warnings: [SinterProblem]) {
        let read = try SinterConfiguration.read(try await read(path), file: path)
        guard let defaults else { return (read, read.warnings) }
        let runs = try SinterRun.read(try await self.read(defaults), file: defaults)
        guard runs.count == 1 else {
            throw CommandFailure(.dataError, "\(defaults): a file of defaults holds one run, not \(runs.count)")
        }
        let (configuration, warnings) = try read.withDefaults(runs[0])
        return (configuration, read.warnings + warnings)
    }

    /// The runs of a file, CSV by its ending, else JSON.
    func runs(_ path: String) async throws -> [SinterRun] {
        let bytes = try await read(path)
        return path.lowercased().hasSuffix(".csv")
            ? try SinterRun.readCSV(bytes, file: path) : try SinterRun.read(bytes, file: path)
    }

    /// What is odd about the model's files: missing, or not those that the configuration was made for.
    func problems(_ configuration: SinterConfiguration, at path: String) async -> [SinterProblem] {
        let directory = Path.parent(path)
        let files = [configuration.model] + configuration.inputFiles
        return await environment.files.run {
            files.compactMap { file -> SinterProblem? in
                let full = Path.join(directory, file.path)
                func warning(_ message: String) -> SinterProblem {
                    SinterProblem(.warning, place: nil, "\(path): \(message)")
                }
                do throws(FileError) {
                    guard let expected = file.sha1 else {
                        return File.exists(full) ? nil : warning("the file \(file.path) is not beside it")
                    }
                    let digest = Hex.encode(SHA1.hash(try File.read(full, limit: Self.sizeLimit)))
                    return digest == expected ? nil : warning("\(file.path) is not the version that it was made for")
                } catch {
                    return warning("the file \(file.path) is not beside it (\(error))")
                }
            }
        }
    }
}
