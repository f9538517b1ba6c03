public import JSONKit

/// One number or text.
public enum SinterScalar: Sendable, Hashable {
    case int(Int32)
    case double(Double)
    case string(String)

    public var json: JSON {
        switch self {
        case .int(let value): .int(Int64(value))
        case .double(let value): .number(value)
        case .string(let value): .string(value)
        }
    }

    /// The value of a number.
    public var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        case .string: nil
        }
    }
}

/// What a variable has at a time, or over time.
public enum SinterValue: Sendable, Hashable {
    case scalar(SinterScalar)
    case vector([SinterScalar])
    /// Of a dynamic variable: a value for each time of the run.
    case series([SinterValue])

    public static func double(_ value: Double) -> SinterValue { .scalar(.double(value)) }
    public static func int(_ value: Int32) -> SinterValue { .scalar(.int(value)) }
    public static func string(_ value: String) -> SinterValue { .scalar(.string(value)) }
    public static func doubles(_ values: [Double]) -> SinterValue { .vector(values.map { .double($0) }) }

    /// As files have it: a number or text, an array of those, or of arrays over time. Doubles stay doubles (`3.0`).
    public var json: JSON {
        switch self {
        case .scalar(let value): value.json
        case .vector(let values): .array(values.map(\.json))
        case .series(let values): .array(values.map(\.json))
        }
    }

    /// All numbers and texts within, in order.
    public var scalars: [SinterScalar] {
        switch self {
        case .scalar(let value): [value]
        case .vector(let values): values
        case .series(let values): values.flatMap(\.scalars)
        }
    }

    /// Every scalar replaced.
    func mapped(_ transform: (SinterScalar) -> SinterScalar) -> SinterValue {
        switch self {
        case .scalar(let value): .scalar(transform(value))
        case .vector(let values): .vector(values.map(transform))
        case .series(let values): .series(values.map { $0.mapped(transform) })
        }
    }
}
