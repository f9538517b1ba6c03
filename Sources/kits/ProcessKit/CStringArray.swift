/// Strings for execve: all bytes in one allocation, and a NULL-terminated array of pointers to them.
struct CStringArray {
    private var bytes: [UInt8] = []
    private var offsets: [Int] = []
    /// Whether all strings arrive whole.
    private(set) var isValid = true

    /// Adds the concatenation of `parts` as one string.
    mutating func append(_ parts: String...) {
        offsets.append(bytes.count)
        for part in parts { bytes.append(contentsOf: part.utf8) }
        if bytes[offsets.last!...].contains(0) { isValid = false }
        bytes.append(0)
    }

    mutating func appendVariable(_ name: String, _ value: String) {
        if name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) { isValid = false }
        append(name, "=", value)
    }

    func withPointers<Result>(_ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
        bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<CChar>?.self, capacity: offsets.count + 1) { array in
                for (index, offset) in offsets.enumerated() {
                    // execve does not write to them.
                    array[index] = UnsafeMutableRawPointer(mutating: bytes.baseAddress! + offset)
                        .assumingMemoryBound(to: CChar.self)
                }
                array[offsets.count] = nil
                return body(UnsafePointer(array.baseAddress!))
            }
        }
    }
}
