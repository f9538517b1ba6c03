/// A variable's name as it is compared: names that differ in case only are the same.
struct FoldedName: Hashable, Sendable {
    private let text: String

    init(_ name: String) { text = name.lowercased() }
}
