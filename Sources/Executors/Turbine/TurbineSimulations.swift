import CryptoTools
import FOQUSModel
import FileKit
import Sinter
import Threading

/// Sees to it that a gateway has the simulations of jobs, each in the version that is staged here.
actor TurbineSimulations {
    /// What is to be there.
    private struct Upload: Sendable {
        let name: String
        let application: String
        /// By their names there: paths here.
        let files: [(name: String, path: String)]
    }

    private let client: TurbineClient
    private let options: TurbineExecutor.Options
    private let files: BlockingPool
    /// By name there: the fingerprint of what it has.
    private var known: [String: String] = [:]
    /// The uploads under way.
    private var underWay: [String: Task<Result<Void, TurbineFailure>, Never>] = [:]

    init(_ client: TurbineClient, _ options: TurbineExecutor.Options, files: BlockingPool) {
        self.client = client
        self.options = options
        self.files = files
    }

    /// The simulation's name there, once it is as it is here. Files are sent only when their content has changed.
    func ready(for job: JobRun) async throws(TurbineFailure) -> String {
        let name = options.prefix + job.simulation.description
        while known[name] != job.fingerprint {
            if let task = underWay[name] {
                _ = await task.value
                continue
            }
            let task = Task { await self.upload(name, job) }
            underWay[name] = task
            let result = await task.value
            underWay[name] = nil
            try result.get()
            known[name] = job.fingerprint
        }
        return name
    }

    private func upload(_ name: String, _ job: JobRun) async -> Result<Void, TurbineFailure> {
        do throws(TurbineFailure) {
            let upload = try await plan(name, job)
            do throws(TurbineError) {
                return .success(try await bring(upload))
            } catch {
                return .failure(.gateway(error))
            }
        } catch {
            return .failure(error)
        }
    }

    private func bring(_ upload: Upload) async throws(TurbineError) {
        var present = try await client.stagedInputs(of: upload.name)
        if present == nil {
            try await client.makeSimulation(upload.name, application: upload.application)
            present = [:]
        }
        for file in upload.files {
            let bytes: [UInt8]
            do throws(FileError) {
                bytes = try await files.run { () throws(FileError) in try File.read(file.path, limit: 1 << 30) }
            } catch {
                throw TurbineError(code: .refused(0), description: "\(error)")
            }
            if let digest = present?[file.name] ?? nil, digest == Hex.encode(SHA1.hash(bytes)) { continue }
            try await client.stage(bytes, as: file.name, of: upload.name)
        }
    }

    /// Under Turbine's names (simulations/…/input): the configuration, the model, and the rest under their own.
    private func plan(_ name: String, _ job: JobRun) async throws(TurbineFailure) -> Upload {
        let (options, directory) = (options, job.simulationDirectory)
        do throws(SimulationError) {
            return try await files.run { () throws(SimulationError) in
                let simulation = try SinterSimulation(directory: directory)
                var uploads: [(name: String, path: String)] = []
                for path in try Self.paths(below: directory) where path != "meta.json" {
                    let there: String
                    switch options.dialect {
                    case .foqus: there = path
                    case .turbinelite where path == simulation.file: there = "configuration"
                    case .turbinelite where path == simulation.configuration.model.path:
                        there = simulation.configuration.modelKey
                    case .turbinelite: there = path
                    }
                    uploads.append((there, Path.join(directory, path)))
                }
                return Upload(name: name, application: options.application, files: uploads.sorted { $0.name < $1.name })
            }
        } catch {
            throw .simulation(error)
        }
    }

    private static func paths(below directory: String) throws(SimulationError) -> [String] {
        var found: [String] = []
        var folders = [""]
        do throws(FileError) {
            while let folder = folders.popLast() {
                for entry in try Directory.list(Path.join(directory, folder)) {
                    let path = folder.isEmpty ? entry.name : Path.join(folder, entry.name)
                    if entry.kind == .directory { folders.append(path) } else { found.append(path) }
                }
            }
        } catch {
            throw SimulationError("\(error)")
        }
        return found
    }
}

/// Why a job could not be forwarded.
enum TurbineFailure: Error, Sendable {
    case gateway(TurbineError)
    case simulation(SimulationError)
}
