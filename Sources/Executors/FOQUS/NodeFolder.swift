import FileKit
import JSONKit

/// The folder of a node's run, beside those of the jobs: nobody can know its name before it is there. All of it blocks:
/// call on a pool's thread.
struct NodeFolder: Sendable {
    let path: String
    /// Files that are no results.
    private let staged: Set<String>

    /// - Parameters:
    ///   - files: of the model, relative to its folder.
    ///   - furnish: puts what the executor needs into it, and returns the names.
    init(
        beside job: String, model: NodeModel, files: [String],
        furnish: (_ directory: String) throws(FileError) -> Set<String>
    ) throws(FileError) {
        let folder = try TemporaryDirectory(below: Path.parent(job), prefix: "node")
        path = folder.path
        do throws(FileError) {
            for file in files {
                let target = Path.join(path, file)
                if file.contains("/") { try Directory.create(Path.parent(target), mode: 0o750) }
                try File.copyNew(from: Path.join(model.directory, file), to: target)
            }
            staged = try furnish(path).union(files)
        } catch {
            try? folder.remove()
            throw error
        }
    }

    /// What the model said besides its results.
    func notes() -> String {
        let file = Path.join(path, SinterExecutor.messagesFile)
        guard let bytes = try? ResultFile.read(file, limit: 1 << 20) else { return "" }
        var text = String(decoding: bytes, as: UTF8.self)
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }

    /// Removes what is no result; and the folder, when nothing is left. Returns whether there are results.
    func strip() -> Bool {
        for file in staged { try? File.remove(Path.join(path, file)) }
        if (try? Directory.files(under: path))?.isEmpty == false { return true }
        remove()
        return false
    }

    func remove() { try? Directory.removeTree(path) }

    /// Moves folders into the folder `nodes` of the job's, under their names. What is called so already stays.
    static func gather(_ folders: [(name: String, path: String)], into job: String) throws(FileError) {
        guard !folders.isEmpty else { return }
        let all = try TemporaryDirectory(below: Path.parent(job), prefix: "nodes")
        do throws(FileError) {
            for folder in folders { try File.move(from: folder.path, to: Path.join(all.path, folder.name)) }
            // In one step, which follows no link that a model made there.
            try File.move(from: all.path, to: Path.join(job, "nodes"))
        } catch {
            try? all.remove()
            throw error
        }
    }

    /// A name for the folder of a node's run.
    static func name(_ node: String, _ call: Int) -> String {
        let plain = node.unicodeScalars.prefix(80).map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_")
                ? Character(scalar) : "_"
        }
        return "\(String(plain))-\(call)"
    }
}
