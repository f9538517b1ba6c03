import CryptoTools
public import FOQUSModel
public import FileKit
public import Stores
import Threading

/// The workspace on the local disk, below the worker's state directory: `cache/` and `jobs/`.
public final class DiskWorkspace: Workspace {
    private let jobs: String
    private let folders: JobFolders
    private let cache: SimulationCache
    private let objects: any ObjectStore
    private let pool: BlockingPool

    /// The most files that a simulation may have.
    private static let fileLimit = 10_000
    /// With fewer bytes left a disk is full: hardly a job leaves less than that.
    private static let leastSpace = 64 << 10

    /// - Parameters:
    ///   - stateDirectory: exists already; nobody else writes to it.
    ///   - cacheLimit: bytes of simulations kept for later jobs.
    public init(stateDirectory: String, cacheLimit: Int, objects: any ObjectStore) async throws(StoreError) {
        let pool = BlockingPool(name: "disk", limit: 4)
        self.pool = pool
        self.objects = objects
        let jobs = Path.join(stateDirectory, "jobs")
        self.jobs = jobs
        folders = JobFolders(root: jobs)
        cache = SimulationCache(root: Path.join(stateDirectory, "cache"), limit: cacheLimit, pool: pool)
        do throws(FileError) {
            try await pool.run { () throws(FileError) in try Directory.create(jobs, mode: 0o750) }
            try await cache.open()
        } catch {
            throw StoreError(disk: error, while: "open the state directory \(stateDirectory)")
        }
    }

    public func listing(of simulation: SimulationName, user: UserName) async throws(StoreError) -> SimulationListing {
        let prefix = ObjectKeys.simulation(user, simulation)
        let objects = try await objects.listAll(prefix: prefix, in: .simulations, limit: Self.fileLimit)
        var files: [SimulationListing.ListedFile] = []
        files.reserveCapacity(objects.count)
        for object in objects {
            let path = String(object.key.dropFirst(prefix.count))
            // The gateway's note on the simulation, no part of it.
            if path == "meta.json" { continue }
            files.append(
                SimulationListing.ListedFile(path: path, key: object.key, etag: object.etag, size: object.size))
        }
        return SimulationListing(user: user, name: simulation, files: files)
    }

    public func stage(_ listing: SimulationListing) async throws(StoreError) -> StagedSimulation {
        let operation = "stage simulation \(listing.name)"
        for file in listing.files {
            do { _ = try RelativePath(file.path) } catch { throw StoreError(.invalid, operation, error.description) }
        }
        let fingerprint = Self.fingerprint(of: listing)
        do {
            let directory = try await cache.pin(fingerprint) { directory in
                try await self.fetch(listing, into: directory)
            }
            return StagedSimulation(
                directory: directory, fingerprint: fingerprint, files: listing.files.map(\.path))
        } catch let error as StoreError {
            throw error
        } catch let error as FileError {
            throw StoreError(disk: error, while: operation)
        } catch {
            throw StoreError(.unavailable, operation, "\(error)", underlying: error)
        }
    }

    private func fetch(_ listing: SimulationListing, into directory: String) async throws {
        for file in listing.files {
            let target = Path.join(directory, file.path)
            if file.path.contains("/") {
                try await pool.run { () throws(FileError) in
                    try Directory.create(Path.parent(target), mode: 0o750)
                }
            }
            let etag = try await etag(of: file, copiedTo: target)
            guard etag == file.etag else {
                throw StoreError(
                    .unavailable, "stage simulation \(listing.name)", "\(file.path) was replaced meanwhile")
            }
        }
    }

    /// Nil when the object has gone since it was listed.
    private func etag(
        of file: SimulationListing.ListedFile, copiedTo target: String
    ) async throws(StoreError) -> String? {
        do throws(StoreError) {
            return try await objects.get(file.key, in: .simulations, toFile: target).etag
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    public func unpin(_ simulation: StagedSimulation) async { await cache.unpin(simulation.fingerprint) }

    public func path(of attempt: AttemptID) -> String { Path.join(jobs, attempt.description) }

    public func prepare(
        _ attempt: AttemptID, simulation: StagedSimulation,
        furnish: @escaping @Sendable (_ directory: String) throws(FileError) -> Set<String>
    ) async throws(StoreError) -> JobFolder {
        let folder = path(of: attempt)
        let folders = folders
        do throws(FileError) {
            return try await pool.run { () throws(FileError) in
                try folders.make(folder)
                for file in simulation.files {
                    let target = Path.join(folder, file)
                    if file.contains("/") { try Directory.create(Path.parent(target), mode: 0o750) }
                    try File.copyNew(from: Path.join(simulation.directory, file), to: target)
                }
                let furnished = try furnish(folder)
                return JobFolder(
                    path: folder, staged: furnished.union(simulation.files), furnished: furnished)
            }
        } catch {
            throw StoreError(disk: error, while: "make the job's folder")
        }
    }

    public func write(
        _ content: [UInt8], to relativePath: String, in folder: JobFolder
    ) async throws(StoreError) {
        do throws(FileError) {
            try await pool.run { () throws(FileError) in
                try File.write(content, to: Path.join(folder.path, relativePath))
            }
        } catch {
            throw StoreError(disk: error, while: "write \(relativePath) of the job")
        }
    }

    public func harvest(_ folder: JobFolder) async throws(StoreError) -> [GeneratedFile] {
        let folders = folders
        do throws(FileError) {
            return try await pool.run { () throws(FileError) in
                if try folders.isUntouched(folder) {
                    try folders.takeBack(folder)
                    return []
                }
                var generated: [GeneratedFile] = []
                for path in try Directory.files(under: folder.path) where !folder.staged.contains(path) {
                    let size = try File.size(Path.join(folder.path, path))
                    generated.append(GeneratedFile(relativePath: path, size: size))
                }
                if generated.isEmpty { try Directory.removeTree(folder.path) }
                return generated
            }
        } catch {
            throw StoreError(disk: error, while: "collect what the job made")
        }
    }

    public func remove(path: String) async throws(StoreError) {
        do throws(FileError) {
            try await pool.run { () throws(FileError) in try Directory.removeTree(path) }
        } catch {
            throw StoreError(disk: error, while: "remove the job's folder")
        }
    }

    public func holds(path: String) async -> Bool { await pool.run { File.exists(path) } }

    public func hasSpace() async -> Bool {
        let jobs = jobs
        return await pool.run { ((try? DiskSpace.available(jobs)) ?? .max) >= Self.leastSpace }
    }

    public func removeAll(except attempts: Set<AttemptID>) async throws(StoreError) {
        folders.forget()
        let jobs = jobs
        let kept = Set(attempts.map(\.description))
        do throws(FileError) {
            try await pool.run { () throws(FileError) in
                for entry in try Directory.list(jobs) where !kept.contains(entry.name) {
                    try Directory.removeTree(Path.join(jobs, entry.name))
                }
            }
        } catch {
            throw StoreError(disk: error, while: "remove folders of former jobs")
        }
    }

    /// Changes whenever a path or a content does.
    private static func fingerprint(of listing: SimulationListing) -> String {
        var text: [UInt8] = []
        for file in listing.files {
            text.append(contentsOf: file.path.utf8)
            text.append(0)
            text.append(contentsOf: file.etag.utf8)
            text.append(0)
        }
        return SHA256.hash(text).prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
