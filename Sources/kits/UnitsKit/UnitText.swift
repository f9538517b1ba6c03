/// The text of a unit on its way to the library.
enum UnitText {
    /// The text as UDUNITS should read it.
    static func prepared(_ text: String) throws(UnitsError) -> String {
        let trimmed = String(
            text.trimmingPrefix(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        guard !trimmed.isEmpty else { throw .malformed(unit: text, reason: "it is empty") }
        guard trimmed.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw .malformed(unit: text, reason: "it has control characters")
        }
        if trimmed.allSatisfy(\.isNumber) { throw .malformed(unit: text, reason: "it is a number") }
        if let temperature = FieldUnits.temperatures[trimmed] { return temperature }
        if let (under, product) = ambiguity(trimmed) {
            throw .malformed(
                unit: text,
                reason: "'-' after '/' multiplies to some and divides to others; write \(under)/(\(product))"
                    + " or the like")
        }
        return replacingWords(trimmed)
    }

    /// `cal/mol-K`: Aspen means cal/(mol K), UDUNITS reads (cal/mol) K, and both would convert, to different numbers.
    private static func ambiguity(_ text: String) -> (String, String)? {
        var slash: [String.Index?] = [nil]
        for index in text.indices {
            switch text[index] {
            case "(": slash.append(nil)
            case ")": if slash.count > 1 { slash.removeLast() }
            case "/": slash[slash.count - 1] = index
            case "-":
                let next = text.index(after: index)
                guard let found = slash[slash.count - 1], next < text.endIndex, text[next].isLetter else { continue }
                let product = text[text.index(after: found)...].prefix { $0 != "/" && $0 != ")" }
                return (String(text[..<found]), String(product.replacing("-", with: ".")))
            default: break
            }
        }
        return nil
    }

    private static func replacingWords(_ text: String) -> String {
        guard FieldUnits.words.keys.contains(where: text.contains) else { return text }
        let isPart = { (character: Character) in character.isLetter || character.isNumber || "_^".contains(character) }
        var result = ""
        var rest = text[...]
        while let first = rest.first {
            let word = isPart(first) ? rest.prefix(while: isPart) : rest.prefix(1)
            result += FieldUnits.words[String(word)] ?? String(word)
            rest = rest[word.endIndex...]
        }
        return result
    }
}
