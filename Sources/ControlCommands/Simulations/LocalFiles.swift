import FOQUSModel
import FileKit
import Glibc

/// A file of this machine and where it goes in a simulation.
struct LocalFile: Sendable, Hashable {
    /// As this machine finds it.
    let source: String
    let target: RelativePath
    /// Whether it may be the simulation's configuration: named on the command line, or right in a named directory.
    let isTopLevel: Bool

    var name: String { Path.lastComponent(source) }
}

/// Finds the files that a command line names. Blocks: call it on a pool.
enum LocalFiles {
    /// Files keep the relative path they are given by. A directory that is all there is becomes the simulation's own;
    /// one among others keeps its path like a file.
    ///
    /// What is hidden or made by Python on the way (`.git`, `__pycache__`) is left out.
    static func find(_ arguments: [String]) throws(ControlError) -> [LocalFile] {
        var found: [LocalFile] = []
        for argument in arguments {
            guard let names = try directory(argument) else {
                let target = try target(relative(argument), of: argument)
                found.append(LocalFile(source: argument, target: target, isTopLevel: true))
                continue
            }
            if names.isEmpty { throw ControlError(.input, "the directory \(argument) holds no file to upload.") }
            let folder = arguments.count == 1 ? "" : relative(argument)
            for name in names {
                let target = try target(Path.join(folder, name), of: argument)
                found.append(
                    LocalFile(source: Path.join(argument, name), target: target, isTopLevel: !name.contains("/")))
            }
        }
        var targets: [RelativePath: String] = [:]
        for file in found {
            if let other = targets.updateValue(file.source, forKey: file.target) {
                throw ControlError(.input, "both \(other) and \(file.source) would become \(file.target).")
            }
        }
        return found
    }

    /// The files of a directory; nil when `path` is something else.
    private static func directory(_ path: String) throws(ControlError) -> [String]? {
        do {
            return try Directory.files(under: path).filter { !isIncidental($0) }
        } catch  where error.code == ENOTDIR {
            return nil
        } catch {
            throw ControlError(.input, "\(error).")
        }
    }

    /// As given, unless that leads out of the folder: then just the name.
    private static func relative(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        return path.hasPrefix("/") || parts.contains("..") ? Path.lastComponent(path) : parts.joined(separator: "/")
    }

    private static func target(_ path: String, of argument: String) throws(ControlError) -> RelativePath {
        do { return try RelativePath(path) } catch {
            throw ControlError(.input, "cannot upload \(argument): \(error).")
        }
    }

    private static func isIncidental(_ path: String) -> Bool {
        path.split(separator: "/").contains { $0.hasPrefix(".") || $0 == "__pycache__" || $0.hasSuffix(".pyc") }
    }

    /// Files beyond it do not belong into a request.
    private static let sizeLimit = 1 << 30

    static func read(_ path: String) throws(ControlError) -> [UInt8] {
        do {
            return try File.read(path, limit: sizeLimit)
        } catch {
            throw ControlError(.input, "\(error).")
        }
    }
}
