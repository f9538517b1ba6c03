import FileKit

func writeFile(_ bytes: [UInt8], _ path: String) throws {
    try Directory.create(Path.parent(path))
    try File.writeAtomically(bytes, to: path, mode: 0o644, sync: false)
}

func text(of path: String) throws -> String { String(decoding: try File.read(path), as: UTF8.self) }
