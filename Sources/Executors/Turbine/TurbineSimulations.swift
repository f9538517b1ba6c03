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
    private struct Known {
        let fingerprint: String
        let identity: String
    }

    /// By name there.
    private var known: [String: Known] = [:]
    /// The uploads under way.
    private var underWay: [String: Task<Result<String, TurbineFailure>, Never>] = [:]

    init(_ client: TurbineClient, _ options: TurbineExecutor.Options, files: BlockingPool) {
        self.client = client
        self.options = options
        self.files = files
    }

    /// What a job there is to name as its simulation, once that is as it is here. Files are sent only when their content
    /// has changed.
    func ready(for job: JobRun) async throws(TurbineFailure) -> String {
        let name = name(of: job)
        while true {
            if let known = known[name], known.fingerprint == job.fingerprint { return known.identity }
            if let task = underWay[name] {
                _ = await task.value
                continue
            }
            let task = Task { await self.uploaded(name, job) }
            underWay[name] = task
            return try await task.value.get()
        }
    }

    /// What is there is not what was brought: to be looked at again.
    func forget(_ job: JobRun) { known[name(of: job)] = nil }

    private func name(of job: JobRun) -> String {
        options.prefix.replacing("{user}", with: job.user.description) + job.simulation.description
    }

    /// Notes the end before anybody who waits for it can look.
    private func uploaded(_ name: String, _ job: JobRun) async -> Result<String, TurbineFailure> {
        let result = await upload(name, job)
        underWay[name] = nil
        if case .success(let identity) = result {
            known[name] = Known(fingerprint: job.fingerprint, identity: identity)
        }
        return result
    }

    private func upload(_ name: String, _ job: JobRun) async -> Result<String, TurbineFailure> {
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

    /// - Returns: what jobs are to name: the version, where the gateway has versions, as that cannot change.
    private func bring(_ upload: Upload) async throws(TurbineError) -> String {
        var present = try await client.simulation(upload.name)
        if present == nil { present = try await make(upload) }
        var digests: [String: String] = [:]
        for file in upload.files {
            let bytes: [UInt8]
            do throws(FileError) {
                bytes = try await files.run { () throws(FileError) in try File.read(file.path, limit: 1 << 30) }
            } catch {
                throw TurbineError(code: .refused(0), description: "\(error)")
            }
            let digest = Hex.encode(SHA1.hash(bytes))
            digests[file.name] = digest
            if let present = present?.inputs[file.name] ?? nil, present == digest { continue }
            try await client.stage(bytes, as: file.name, of: upload.name)
        }
        guard let now = try await client.simulation(upload.name), let version = now.version else { return upload.name }
        for (name, digest) in digests where now.inputs[name] != digest {
            throw TurbineError(
                code: .away,
                description: "somebody else changed \(name) of the simulation \(upload.name) at the Turbine gateway "
                    + "while it was brought there; see prefix in [\(options.settingsSection)]")
        }
        return version
    }

    private func make(_ upload: Upload) async throws(TurbineError) -> TurbineClient.Simulation? {
        if client.dialect == .turbinelite {
            let served = try await client.applications()
            guard served.contains(where: { $0.lowercased() == upload.application.lowercased() }) else {
                throw TurbineError(
                    code: .refused(0),
                    description: "the Turbine gateway does not serve \(upload.application), only "
                        + "\(served.joined(separator: ", ")); see application in [\(options.settingsSection)]")
            }
        }
        do throws(TurbineError) {
            try await client.makeSimulation(upload.name, application: upload.application)
        } catch {
            // Another may have been first: TurbineLite tells that by 500.
            if let present = try await client.simulation(upload.name) { return present }
            throw error
        }
        return try await client.simulation(upload.name)
    }

    /// Under Turbine's names (simulations/…/input): the configuration, the model, and the rest under their own.
    private func plan(_ name: String, _ job: JobRun) async throws(TurbineFailure) -> Upload {
        let (options, directory) = (options, job.simulationDirectory)
        do throws(SimulationError) {
            return try await files.run { () throws(SimulationError) in
                let simulation = try SinterSimulation(directory: directory)
                let paths: [String]
                do throws(FileError) { paths = try Directory.files(under: directory) } catch {
                    throw SimulationError("\(error)")
                }
                var uploads: [(name: String, path: String)] = []
                for path in paths where path != "meta.json" {
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
}

/// Why a job could not be forwarded.
enum TurbineFailure: Error, Sendable {
    case gateway(TurbineError)
    case simulation(SimulationError)
}
