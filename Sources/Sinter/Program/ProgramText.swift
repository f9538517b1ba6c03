import JSONKit

/// What a program printed where a value should be.
enum ProgramText {
    /// A text for a variable of a type.
    static func scalar(_ text: String, _ element: VariableType.Element) throws(ValueRefusal) -> SinterScalar {
        let text = text.trimmingBlanks
        if element == .string { return .string(text) }
        guard let number = number(text) else {
            if text.isEmpty { throw ValueRefusal(reason: "there is nothing where a number should be") }
            throw ValueRefusal(reason: "'\(text.prefix(60))' is not a number")
        }
        return try element.scalar(.number(number))
    }

    /// A number as C or Fortran prints it: `1.5`, `.5E+3`, `1.5D-05`, `0.15-102`, `NaN`. Nil for anything else.
    static func number(_ text: String) -> Double? {
        let folded = text.lowercased()
        let unsigned = folded.first == "+" || folded.first == "-" ? String(folded.dropFirst()) : folded
        if ["inf", "infinity"].contains(unsigned) { return folded.first == "-" ? -.infinity : .infinity }
        if unsigned == "nan" || unsigned.hasPrefix("nan(") || unsigned == "1.#qnan" || unsigned == "1.#ind" {
            return .nan
        }
        guard folded.utf8.allSatisfy({ "0123456789+-.ed".utf8.contains($0) }) else { return nil }
        var digits = folded.replacing("d", with: "e")
        // Fortran leaves the letter out before an exponent of three digits.
        if !digits.contains("e"), let sign = digits.dropFirst().lastIndex(where: { $0 == "+" || $0 == "-" }) {
            digits.insert("e", at: sign)
        }
        // Swift wants a digit before and behind the point.
        if let point = digits.firstIndex(of: ".") {
            let behind = digits.index(after: point)
            if behind == digits.endIndex || digits[behind] == "e" { digits.insert("0", at: behind) }
            let before = point == digits.startIndex ? nil : digits[digits.index(before: point)]
            if before?.isNumber != true {
                if digits == ".0" || digits.hasPrefix(".0e") || digits.dropFirst().hasPrefix(".0e") { return nil }
                digits.insert("0", at: point)
            }
        }
        return Double(digits)
    }

    /// The parts of a text that are separated by blanks or commas.
    static func parts(_ text: String) -> [String] {
        text.split(whereSeparator: { $0.isWhitespace || $0 == "," || $0 == ";" }).map(String.init)
    }
}
