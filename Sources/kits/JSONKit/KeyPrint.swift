/// The length and the last seven bytes of a key. Different prints mean different keys, which spares most comparisons of
/// strings; keys of one object rather begin alike (`input1`, `input2`) than end alike.
struct KeyPrint: Equatable {
    private let bits: UInt64

    init(_ key: String) {
        var key = key
        bits = key.withUTF8 { utf8 in
            var bits = UInt64(truncatingIfNeeded: utf8.count)
            for index in max(0, utf8.count - 7)..<utf8.count { bits = bits << 8 | UInt64(utf8[index]) }
            return bits
        }
    }
}
