/// The number of bytes from `start` that stand for themselves in a JSON string: neither a quote, nor a backslash, nor
/// a control character. Looks at eight bytes at a time.
func plainPrefix(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highBits: UInt64 = 0x8080_8080_8080_8080
    var at = 0
    while at + 8 <= count {
        let word = UnsafeRawPointer(start + at).loadUnaligned(as: UInt64.self)
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        // The high bit of a byte below the limit is set; a borrow can only set more of them behind a true one.
        let below = (word &- ones &* 0x20) & ~word
        let special = below | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
        let found = special & highBits
        if found != 0 { return at + found.trailingZeroBitCount / 8 }
        at += 8
    }
    while at < count, start[at] >= 0x20, start[at] != 0x22, start[at] != 0x5C { at += 1 }
    return at
}
