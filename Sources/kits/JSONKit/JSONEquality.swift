import Glibc

extension JSON: Hashable {
    /// Equality of JSON values, not of their text.
    ///
    /// - Numbers compare by value whatever their spelling: `1 == 1.0`, `0 == -0.0`. A double equals an integer only
    ///   when it is exactly that integer. `NaN` equals `NaN`, so that equality is reflexive.
    /// - Strings and keys compare by their code points: no Unicode normalization, unlike Swift's `String`.
    /// - Objects compare without regard to the order of members.
    public static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.number(let left), .number(let right)): left == right || (left.isNaN && right.isNaN)
        case (.int(let int), .number(let double)), (.number(let double), .int(let int)): Int64(exactly: double) == int
        case (.string(let left), .string(let right)): sameText(left, right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value):
            hasher.combine(1)
            hasher.combine(value)
        case .int(let value):
            hasher.combine(2)
            hasher.combine(value)
        case .number(let value):
            hasher.combine(2)
            if let whole = Int64(exactly: value) {
                hasher.combine(whole)
            } else {
                hasher.combine(value.isNaN ? Double.nan : value)
            }
        case .string(let value):
            hasher.combine(3)
            hasher.combine(value)
        case .array(let value):
            hasher.combine(4)
            hasher.combine(value)
        case .object(let value):
            hasher.combine(5)
            hasher.combine(value)
        }
    }
}

extension JSONObject: Hashable {
    /// Equal when both have the same keys with equal values, in any order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count
            && left.allSatisfy { member in right[member.key].map { $0 == member.value } ?? false }
    }

    /// A sum over the members, as their order must not count.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in self {
            var one = Hasher()
            one.combine(member.key)
            one.combine(member.value)
            sum &+= one.finalize()
        }
        hasher.combine(count)
        hasher.combine(sum)
    }
}

/// Whether two strings have the same code points. Swift's `==` also takes canonically equivalent ones for equal.
func sameText(_ left: String, _ right: String) -> Bool {
    // Lengths are known and mostly differ.
    guard left.utf8.count == right.utf8.count else { return false }
    var (left, right) = (left, right)
    return left.withUTF8 { left in
        right.withUTF8 { right in
            guard let start = left.baseAddress, let other = right.baseAddress else { return true }
            return memcmp(start, other, left.count) == 0
        }
    }
}
