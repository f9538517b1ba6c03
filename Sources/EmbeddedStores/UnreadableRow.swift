/// A row that this program cannot have written. Never holds the content of the row, which may be confidential.
struct UnreadableRow: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
