extension JSONParser {
    /// Takes a number. Integers that fit stay integers; others become the nearest double.
    mutating func number() throws(JSONError) -> JSON {
        let start = at
        let negative = peek == UInt8(ascii: "-")
        if negative { at += 1 }
        if negative, options == .lenientNumbers, peek == UInt8(ascii: "I") {
            return try word("Infinity", .number(-.infinity))
        }
        var decimal = Decimal()
        let leading = peek
        guard digits(into: &decimal) > 0 else { throw invalid("expected a digit but found \(found)") }
        if leading == UInt8(ascii: "0"), at - start > (negative ? 2 : 1) {
            throw error(.invalidNumber, "a number must not begin with a needless 0", at: start)
        }
        let wholeEnd = at
        if peek == UInt8(ascii: ".") {
            at += 1
            let count = digits(into: &decimal)
            guard count > 0 else { throw invalid("expected a digit after the decimal point but found \(found)") }
            decimal.exponent -= count
        }
        if peek | 0x20 == UInt8(ascii: "e") {
            at += 1
            decimal.exponent += try exponent()
        }
        if at == wholeEnd, let value = decimal.integer(negative: negative) { return .int(value) }
        let value = decimal.exactDouble(negative: negative) ?? nearestDouble(from: start)
        guard value.isFinite else {
            throw error(.numberOutOfRange, "the number is beyond the range of a double", at: start)
        }
        return .number(value)
    }

    /// Takes digits and tells how many.
    private mutating func digits(into decimal: inout Decimal) -> Int {
        let start = at
        while at < bytes.count {
            let digit = bytes[at] &- UInt8(ascii: "0")
            if digit > 9 { break }
            decimal.append(digit)
            at += 1
        }
        return at - start
    }

    /// Takes the exponent behind its `e`; a huge one is cut off where it has left the range of doubles by far.
    private mutating func exponent() throws(JSONError) -> Int {
        let negative = peek == UInt8(ascii: "-")
        if negative || peek == UInt8(ascii: "+") { at += 1 }
        var value = 0
        let start = at
        while at < bytes.count, case let digit = bytes[at] &- UInt8(ascii: "0"), digit <= 9 {
            value = min(value * 10 + Int(digit), 1_000_000_000)
            at += 1
        }
        guard at > start else { throw invalid("expected a digit of the exponent but found \(found)") }
        return negative ? -value : value
    }

    /// The correctly rounded double of the number from `start` to here.
    private func nearestDouble(from start: Int) -> Double {
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<at]), as: UTF8.self)
        return Double(text) ?? .infinity
    }

    private func invalid(_ message: String) -> JSONError {
        error(at == bytes.count ? .unexpectedEnd : .invalidNumber, message)
    }
}

/// The digits of a number as `mantissa × 10^exponent`, while they fit.
private struct Decimal {
    var mantissa: UInt64 = 0
    var exponent = 0
    var overflowed = false

    mutating func append(_ digit: UInt8) {
        // 19 nines is the greatest mantissa to which this limit lets grow: it fits UInt64.
        if mantissa > 999_999_999_999_999_999 {
            overflowed = true
        } else {
            mantissa = mantissa &* 10 &+ UInt64(digit)
        }
    }

    func integer(negative: Bool) -> Int64? {
        if overflowed { return nil }
        if !negative { return Int64(exactly: mantissa) }
        return mantissa == 1 << 63 ? .min : Int64(exactly: mantissa).map { -$0 }
    }

    /// The value when one multiplication or division of two exactly representable doubles gives it, and so with one
    /// rounding (Clinger's fast path): most numbers that people and simulators write.
    func exactDouble(negative: Bool) -> Double? {
        guard !overflowed, mantissa <= 1 << 53, (-22...22).contains(exponent) else { return nil }
        let whole = Double(mantissa)
        let value = exponent < 0 ? whole / powersOfTen[-exponent] : whole * powersOfTen[exponent]
        return negative ? -value : value
    }
}

/// 10^0 to 10^22, which doubles hold exactly.
private let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]
