/// A file name as the kernel has it: any bytes but `/`, ended by a NUL. It need not be UTF-8.
struct RawName {
    static let parent = RawName("..")

    let bytes: [CChar]

    init(bytes: [CChar]) {
        self.bytes = bytes
    }

    init(_ text: String) {
        bytes = Array(text.utf8CString)
    }

    /// The name as a string that names the same file, if there is one.
    var text: String? { String(validating: utf8, as: UTF8.self) }

    /// The name for messages.
    var shown: String { String(decoding: utf8, as: UTF8.self) }

    private var utf8: some Collection<UInt8> { bytes.dropLast().lazy.map(UInt8.init(bitPattern:)) }
}
