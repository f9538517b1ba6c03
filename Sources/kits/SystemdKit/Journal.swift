import CSystemd
import Glibc

/// The systemd journal, for entries with fields of their own.
public enum Journal {
    /// Sends one entry (sd_journal_send(3)), and waits when the journal has no room.
    ///
    /// - Parameter fields: `MESSAGE`, `PRIORITY` and others; names of A-Z, 0-9 and `_`, beginning with a letter, 64 bytes at
    ///   most. A name may come several times.
    /// - Throws: also when there is no journal, which the library itself takes for success.
    public static func send(_ fields: [(name: String, value: String)]) throws(SystemdError) {
        try checkNames(of: fields)
        guard access(JournalSocket.standardPath, W_OK) == 0 else {
            throw SystemdError(code: errno, operation: "reach the journal")
        }
        let code = withVectors(fields) { sd_journal_sendv($0.baseAddress, CInt($0.count)) }
        if code < 0 { throw SystemdError(code: -code, operation: "send an entry to the journal") }
    }

    /// `NAME=value` for each field, one after the other, and the length of each.
    static func encode(_ fields: [(name: String, value: String)]) -> (bytes: [UInt8], lengths: [Int]) {
        var bytes: [UInt8] = []
        var lengths: [Int] = []
        for (name, value) in fields {
            let start = bytes.count
            bytes += Array(name.utf8) + [UInt8(ascii: "=")] + Array(value.utf8)
            lengths.append(bytes.count - start)
        }
        return (bytes, lengths)
    }

    private static func withVectors<Result>(
        _ fields: [(name: String, value: String)], _ body: (UnsafeBufferPointer<iovec>) -> Result
    ) -> Result {
        let encoded = encode(fields)
        var bytes = encoded.bytes
        return bytes.withUnsafeMutableBytes { buffer in
            var offset = 0
            let vectors = encoded.lengths.map { length in
                defer { offset += length }
                return iovec(iov_base: buffer.baseAddress! + offset, iov_len: length)
            }
            return vectors.withUnsafeBufferPointer(body)
        }
    }

    static func checkNames(of fields: [(name: String, value: String)]) throws(SystemdError) {
        if let field = fields.first(where: { !isValid($0.name) }) {
            throw SystemdError(code: EINVAL, operation: "send the field '\(field.name)' to the journal")
        }
    }

    static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 64 else { return false }
        return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
