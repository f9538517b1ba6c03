/// An element of an XML document: its name without namespace prefix, its text and what is within it.
public struct XMLElement: Sendable, Hashable {
    public let name: String
    /// The characters directly within it, joined.
    public internal(set) var text: String
    public internal(set) var children: [XMLElement]

    public init(name: String, text: String = "", children: [XMLElement] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    /// The first child of that name.
    public subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

    /// All children of that name.
    public func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The text of the first child of that name.
    public func text(of name: String) -> String? { self[name]?.text }
}
