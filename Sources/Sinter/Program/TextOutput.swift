import TextKit

/// Outputs in any text, each found by a pattern.
struct TextOutput: OutputReader {
    let bytes: [UInt8]
    let file: String

    /// A value is in the last match, as programs print it again with each iteration. A vector takes all matches, one for
    /// each element, or a single one that holds all of them; an output over time takes a match for each time.
    func value(of variable: SinterVariable, times: Int?) throws(OutputRefusal) -> SinterValue {
        let found = try matches(of: variable)
        let (type, last) = (variable.type, found[found.count - 1])
        if variable.isDynamic {
            guard found.count == times else {
                throw refusal(
                    found[0], "\(times ?? 0) matches are needed, one for each time, and there are \(found.count)")
            }
            var values: [SinterValue] = []
            for match in found { values.append(try value(match, type)) }
            return .series(values)
        }
        guard let count = type.count, found.count > 1 else { return try value(last, type) }
        guard found.count == count else {
            // A program that prints the whole again and again.
            if ProgramText.parts(text(last)).count == count { return try value(last, type) }
            throw refusal(found[0], "\(count) matches are needed, one for each element, and there are \(found.count)")
        }
        var scalars: [SinterScalar] = []
        for match in found { scalars.append(try scalar(text(match), type, match)) }
        return .vector(scalars)
    }

    /// Where the group of the variable's pattern is; at least once.
    private func matches(of variable: SinterVariable) throws(OutputRefusal) -> [Range<Int>] {
        let matches: [Range<Int>]
        do throws(TextPatternError) {
            matches = try TextPattern(variable.outputPath).matches(in: bytes).compactMap { $0.groups.first ?? nil }
        } catch {
            throw OutputRefusal(place: variable.place, reason: "\(error)")
        }
        guard !matches.isEmpty else {
            throw OutputRefusal(place: nil, reason: "nothing in \(file) matches its pattern '\(variable.outputPath)'")
        }
        return matches
    }

    private func value(_ match: Range<Int>, _ type: VariableType) throws(OutputRefusal) -> SinterValue {
        guard let count = type.count else { return .scalar(try scalar(text(match), type, match)) }
        let parts = ProgramText.parts(text(match))
        guard parts.count == count else {
            throw refusal(match, "\(count) values are needed, and the match has \(parts.count)")
        }
        var scalars: [SinterScalar] = []
        for part in parts { scalars.append(try scalar(part, type, match)) }
        return .vector(scalars)
    }

    private func scalar(
        _ text: String, _ type: VariableType, _ match: Range<Int>
    ) throws(OutputRefusal) -> SinterScalar {
        do throws(ValueRefusal) { return try ProgramText.scalar(text, type.element) } catch {
            throw refusal(match, error.reason)
        }
    }

    private func text(_ match: Range<Int>) -> String { String(decoding: bytes[match], as: UTF8.self) }

    private func refusal(_ match: Range<Int>, _ reason: String) -> OutputRefusal {
        OutputRefusal(place: SourcePlace(file: file, offset: match.lowerBound, in: bytes), reason: reason)
    }
}
