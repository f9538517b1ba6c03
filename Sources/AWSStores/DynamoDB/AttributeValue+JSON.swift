import CryptoTools
import JSONKit

/// Values of job inputs as attributes, and back.
///
/// The contract keeps a job's `Input` as a map (cloud-protocol 4). Not every JSON value fits into one: DynamoDB refuses
/// numbers beyond 9.99E125 and, other than zero, below 1E-130 (we keep off these ends), names without a letter, and more than 32 levels. Such a
/// value is kept as its JSON text in a string, as the deployed lambdas keep outputs for the same reason. The job's
/// attribute `Request` then holds the input once more, as it came (see `JobItem`).
extension AttributeValue {
    /// Levels of a map that is an attribute itself. DynamoDB takes 32.
    static let depthLimit = 30

    /// - Returns: the value, and whether ``json`` of it is the same again.
    static func holding(_ json: JSON, depth: Int = 0) -> (value: AttributeValue, isExact: Bool) {
        switch json {
        case .null: return (.null, true)
        case .bool(let value): return (.bool(value), true)
        case .int(let value): return (.number(String(value)), true)
        case .number(let value):
            guard isHeld(value) else { return (.string(json.text().filter { $0 != "\"" }), false) }
            return (.number(value.description), true)
        case .string(let text): return (.string(text), true)
        case .array(let elements):
            guard depth < depthLimit else { return (.string(json.text()), false) }
            let held = elements.map { holding($0, depth: depth + 1) }
            return (.list(held.map(\.value)), held.allSatisfy(\.isExact))
        case .object(let members):
            guard depth < depthLimit, !members.contains(where: { $0.key.isEmpty }) else {
                return (.string(json.text()), false)
            }
            let held = members.map { (name: $0.key, held: holding($0.value, depth: depth + 1)) }
            return (
                .map(held.map { AttributeMember(name: $0.name, value: $0.held.value) }),
                held.allSatisfy(\.held.isExact)
            )
        }
    }

    /// Whether DynamoDB gives the double back as it took it. It knows no negative zero.
    private static func isHeld(_ value: Double) -> Bool {
        if value == 0 { return value.sign == .plus }
        return value.isFinite && (1e-129..<1e125).contains(abs(value))
    }

    /// The plain value. Whole numbers that fit 64 bits are integers; sets become arrays, bytes Base64.
    var json: JSON {
        switch self {
        case .string(let text): .string(text)
        case .number(let text): Self.number(text)
        case .bool(let value): .bool(value)
        case .null: .null
        case .map(let members): .object(JSONObject(members.map { ($0.name, $0.value.json) }))
        case .list(let values): .array(values.map(\.json))
        case .binary(let bytes): .string(Base64.encode(bytes, padded: true))
        case .strings(let texts): .array(texts.map { .string($0) })
        case .numbers(let texts): .array(texts.map(Self.number))
        case .binaries(let values): .array(values.map { .string(Base64.encode($0, padded: true)) })
        }
    }

    /// Beyond 64 bits the nearest double: JSON numbers of jobs are no more exact than that.
    private static func number(_ text: String) -> JSON {
        if let whole = Int64(text) { return .int(whole) }
        if let double = Double(text), double.isFinite { return .number(double) }
        return .string(text)
    }
}
