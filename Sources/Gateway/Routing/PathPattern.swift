/// The path of a route, as `/session/{id}/result/{generator}`.
///
/// Words match in any case: real clients send `/Session/` and `/session/`. `{name}` takes one segment, `{name+}` at the
/// end takes one or more; their case is kept.
struct PathPattern: Sendable, ExpressibleByStringLiteral {
    private enum Element: Sendable {
        case word(String)
        case one(String)
        case rest(String)
    }

    private let elements: [Element]
    /// As it was written.
    let text: String

    init(stringLiteral text: String) {
        self.text = text
        elements = text.split(separator: "/").map { part in
            guard part.hasPrefix("{") else { return .word(part.lowercased()) }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("+") ? .rest(String(name.dropLast())) : .one(String(name))
        }
    }

    /// What the parameters stand for in a path of these segments; nil when the path is another.
    func match(_ segments: [String]) -> [String: String]? {
        var parameters: [String: String] = [:]
        for (index, element) in elements.enumerated() {
            guard index < segments.count else { return nil }
            switch element {
            case .word(let word):
                guard segments[index].lowercased() == word else { return nil }
            case .one(let name): parameters[name] = segments[index]
            case .rest(let name):
                parameters[name] = segments[index...].joined(separator: "/")
                return parameters
            }
        }
        return segments.count == elements.count ? parameters : nil
    }
}
