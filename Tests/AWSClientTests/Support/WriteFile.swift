import FileKit

func write(_ text: String, to path: String) throws { try File.writeAtomically(Array(text.utf8), to: path) }
