import JSONKit

/// Why a JSON value is none for a variable.
struct ValueRefusal: Error {
    let reason: String
}

extension VariableType {
    /// A value of this type: a number or text, or a list of exactly as many as the vector has.
    ///
    /// - Parameter anyCount: whether a list of another length is a value too.
    func value(_ json: JSON, anyCount: Bool = false) throws(ValueRefusal) -> SinterValue {
        guard let count else { return .scalar(try element.scalar(json)) }
        guard let items = json.arrayValue else {
            throw ValueRefusal(reason: "a list of \(count) values is needed, not one of type \(json.typeName)")
        }
        guard items.count == count || anyCount else {
            throw ValueRefusal(reason: "a list of \(count) values is needed, not of \(items.count)")
        }
        var values: [SinterScalar] = []
        values.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            do throws(ValueRefusal) {
                values.append(try element.scalar(item))
            } catch {
                throw ValueRefusal(reason: "element \(index): \(error.reason)")
            }
        }
        return .vector(values)
    }
}

extension VariableType.Element {
    /// Numbers and texts are converted as .NET does: `"3"` is 3, 2.5 is the int 2 (half to even), 3 is the text "3".
    func scalar(_ json: JSON) throws(ValueRefusal) -> SinterScalar {
        switch (self, json) {
        case (.double, .int(let value)): return .double(Double(value))
        case (.double, .number(let value)): return .double(try Self.finite(value))
        case (.double, .string(let text)): return .double(try Self.finite(try Self.number(text)))
        case (.int, .int(let value)): return .int(try Self.int(Double(value)))
        case (.int, .number(let value)): return .int(try Self.int(try Self.finite(value)))
        case (.int, .string(let text)):
            guard let value = Int32(text.filter { !$0.isWhitespace }) else {
                throw ValueRefusal(reason: "the text \"\(text.prefix(60))\" is not a whole number of 32 bits")
            }
            return .int(value)
        case (.string, .string(let text)): return .string(text)
        case (.string, .int(let value)): return .string(String(value))
        case (.string, .number(let value)): return .string(Self.text(try Self.finite(value)))
        case (_, .null), (_, .bool), (_, .array), (_, .object):
            throw ValueRefusal(reason: "a number or a text is needed, not a value of type \(json.typeName)")
        }
    }

    private static func finite(_ value: Double) throws(ValueRefusal) -> Double {
        guard value.isFinite else {
            throw ValueRefusal(reason: "\(value.isNaN ? "NaN" : "an infinite number") is no value to calculate with")
        }
        return value
    }

    private static func int(_ value: Double) throws(ValueRefusal) -> Int32 {
        guard let result = Int32(exactly: value.rounded(.toNearestOrEven)) else {
            throw ValueRefusal(reason: "\(text(value)) is beyond the range of an int (32 bits)")
        }
        return result
    }

    private static func number(_ text: String) throws(ValueRefusal) -> Double {
        let trimmed = text.filter { !$0.isWhitespace }
        let isDecimal = !trimmed.isEmpty && trimmed.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        if isDecimal, let value = Double(trimmed) { return value }
        let isName = ["nan", "inf", "infinity", "-inf", "-infinity"].contains(trimmed.lowercased())
        if isName, let value = Double(trimmed) { return value }
        throw ValueRefusal(reason: "the text \"\(text.prefix(60))\" is not a number")
    }

    /// The shortest digits that read back, whole numbers without a fraction.
    private static func text(_ value: Double) -> String {
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
