/// A name as a run gives it: `flash.T`, `profile[2]`, `table[0,3]`.
struct VariableReference: Hashable {
    let name: String
    /// None, one (of a vector) or two (row and column of a table).
    let indices: [Int]

    /// Splits what is in brackets off; nil when it is no index or two.
    init?(_ text: String) {
        guard let bracket = text.firstIndex(of: "[") else {
            name = text
            indices = []
            return
        }
        let rest = text[text.index(after: bracket)...]
        guard rest.last == "]" else { return nil }
        let parts = rest.dropLast().split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part -> Int? in
            let part = String(part).trimmingBlanks
            return part.allSatisfy { ("0"..."9").contains($0) } ? Int(part) : nil
        }
        guard numbers.count == parts.count, (1...2).contains(numbers.count) else { return nil }
        name = String(text[..<bracket]).trimmingBlanks
        indices = numbers
    }
}
