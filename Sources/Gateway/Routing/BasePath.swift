/// The prefix that a path may carry, as the stage `/dev` of the existing cloud's addresses.
struct BasePath: Sendable {
    private let segments: [String]

    /// - Parameter text: as `/dev`; empty for none.
    init(_ text: String) { segments = text.split(separator: "/").map(String.init) }

    /// The segments that name the resource: without the prefix, and without the empty ones that double and trailing
    /// slashes make (the real client sends `/session/` and `/simulation//NAME/input`).
    func resource(of path: [String]) -> [String] {
        let named = path.filter { !$0.isEmpty }
        guard !segments.isEmpty, named.starts(with: segments) else { return named }
        return Array(named.dropFirst(segments.count))
    }
}
