import FileKit
import Stores
import Threading

/// Simulations on the local disk, by the content of their files. What no job needs goes, least recently used
/// first, when all of them together are larger than the limit.
actor SimulationCache {
    private struct Entry {
        var size: Int
        var pins: Int
        var lastUse: Int
    }

    private let root: String
    private let limit: Int
    private let pool: BlockingPool
    private var entries: [String: Entry] = [:]
    private var underWay: [String: Task<Int, any Error>] = [:]
    private var uses = 0

    /// - Parameter limit: bytes.
    init(root: String, limit: Int, pool: BlockingPool) {
        self.root = root
        self.limit = limit
        self.pool = pool
    }

    /// Takes over what an earlier life left, except half-made folders.
    func open() async throws(FileError) {
        let root = root
        let found = try await pool.run { () throws(FileError) -> [(String, Int)] in
            try Directory.create(root, mode: 0o750)
            var found: [(String, Int)] = []
            for entry in try Directory.list(root) {
                let path = Path.join(root, entry.name)
                if entry.name.hasPrefix(".") {
                    try Directory.removeTree(path)
                } else {
                    found.append((entry.name, try Directory.size(under: path)))
                }
            }
            return found
        }
        for (name, size) in found { entries[name] = Entry(size: size, pins: 0, lastUse: 0) }
        await evict()
    }

    /// The folder of `fingerprint`, filled by `fill` unless it is there; concurrent callers share one filling.
    /// It stays until `unpin`.
    func pin(
        _ fingerprint: String, fill: @escaping @Sendable (_ directory: String) async throws -> Void
    ) async throws -> String {
        let directory = Path.join(root, fingerprint)
        uses += 1
        if entries[fingerprint] == nil {
            let task = underWay[fingerprint] ?? Task { try await self.make(fingerprint, fill) }
            underWay[fingerprint] = task
            do {
                let size = try await task.value
                underWay[fingerprint] = nil
                if entries[fingerprint] == nil { entries[fingerprint] = Entry(size: size, pins: 0, lastUse: uses) }
            } catch {
                underWay[fingerprint] = nil
                throw error
            }
        }
        entries[fingerprint]?.pins += 1
        entries[fingerprint]?.lastUse = uses
        return directory
    }

    func unpin(_ fingerprint: String) async {
        entries[fingerprint]?.pins -= 1
        await evict()
    }

    private func make(
        _ fingerprint: String, _ fill: @Sendable (_ directory: String) async throws -> Void
    ) async throws -> Int {
        let incoming = Path.join(root, ".incoming-\(fingerprint)")
        let final = Path.join(root, fingerprint)
        try await pool.run { () throws(FileError) in
            try Directory.removeTree(incoming)
            try Directory.create(incoming, mode: 0o750)
        }
        do {
            try await fill(incoming)
        } catch {
            let pool = pool
            await pool.run { try? Directory.removeTree(incoming) }
            throw error
        }
        return try await pool.run { () throws(FileError) in
            let size = try Directory.size(under: incoming)
            try File.move(from: incoming, to: final)
            return size
        }
    }

    private func evict() async {
        var total = entries.values.reduce(0) { $0 + $1.size }
        guard total > limit else { return }
        let idle = entries.filter { $0.value.pins == 0 }.sorted { $0.value.lastUse < $1.value.lastUse }
        for (fingerprint, entry) in idle where total > limit {
            entries[fingerprint] = nil
            total -= entry.size
            // First out of the way, so that the same simulation can be staged again meanwhile.
            let path = Path.join(root, fingerprint)
            let doomed = Path.join(root, ".evicted-\(fingerprint)")
            await pool.run {
                try? File.move(from: path, to: doomed)
                try? Directory.removeTree(doomed)
            }
        }
    }
}
