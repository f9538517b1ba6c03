import JSONKit

/// Where a value is in JSON: `reactor.T`, `streams[0].flow`, `["name with.dots"]`; `$.` may stand before it.
struct ValuePath: Hashable {
    let steps: [JSONLocator.Step]

    private static let indexLimit = 1_000_000

    init(_ text: String) throws(ValueRefusal) {
        func refusal(_ reason: String) -> ValueRefusal {
            ValueRefusal(reason: "the path '\(text)' \(reason); paths are written reactor.T, x[0] or [\"odd.name\"]")
        }
        var rest = text[...]
        var steps: [JSONLocator.Step] = []
        let hasRoot = rest == "$" || rest.hasPrefix("$.") || rest.hasPrefix("$[")
        if hasRoot { rest.removeFirst() }
        var isFirst = !hasRoot
        while !rest.isEmpty {
            if rest.first == "[" {
                let (step, length) = try Self.bracket(rest, refusal)
                steps.append(step)
                rest = rest.dropFirst(length)
            } else {
                if !isFirst {
                    guard rest.first == "." else { throw refusal("goes on behind ] without a point") }
                    rest.removeFirst()
                }
                let key = rest.prefix { $0 != "." && $0 != "[" }
                guard !key.isEmpty else { throw refusal("has an empty part") }
                steps.append(.key(String(key)))
                rest = rest.dropFirst(key.count)
            }
            isFirst = false
        }
        guard !steps.isEmpty else { throw refusal("names nothing") }
        self.steps = steps
    }

    private static func bracket(
        _ text: Substring, _ refusal: (String) -> ValueRefusal
    ) throws(ValueRefusal) -> (JSONLocator.Step, length: Int) {
        let inner = text.dropFirst()
        if let quote = inner.first, quote == "\"" || quote == "'" {
            guard let end = inner.dropFirst().firstIndex(of: quote), inner[inner.index(after: end)...].first == "]"
            else {
                throw refusal("has a quote that is never closed, or no ] behind it")
            }
            let key = inner[inner.index(after: inner.startIndex)..<end]
            return (.key(String(key)), key.count + 4)
        }
        let digits = inner.prefix { ("0"..."9").contains($0) }
        guard let index = Int(digits), index <= indexLimit, inner.dropFirst(digits.count).first == "]" else {
            throw refusal("has no number from 0 to \(indexLimit) between its brackets")
        }
        return (.index(index), digits.count + 2)
    }

    /// What is there; nil when nothing is.
    func value(in json: JSON) -> JSON? {
        var value = json
        for step in steps {
            let inner: JSON? =
                switch step {
                case .key(let key): value[key]
                case .index(let index): value.arrayValue?[safe: index]
                }
            guard let inner else { return nil }
            value = inner
        }
        return value
    }
}
