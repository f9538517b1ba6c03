extension Logger {
    /// A fact, kept with its kind so that JSON lines can carry numbers and truth values as such.
    public enum Value: Sendable, Hashable, CustomStringConvertible {
        case string(String)
        case integer(Int64)
        case number(Double)
        case flag(Bool)

        public init(_ value: any CustomStringConvertible & Sendable) {
            self =
                switch value {
                case let value as String: .string(value)
                case let value as Bool: .flag(value)
                case let value as Double: .number(value)
                case let value as any BinaryInteger:
                    Int64(exactly: value).map(Logger.Value.integer) ?? .string("\(value)")
                default: .string(value.description)
                }
        }

        public var description: String {
            switch self {
            case .string(let text): text
            case .integer(let number): "\(number)"
            case .number(let number): "\(number)"
            case .flag(let flag): "\(flag)"
            }
        }
    }
}
