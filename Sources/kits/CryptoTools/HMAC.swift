import COpenSSL

/// Keyed hashes (RFC 2104).
public enum HMAC {
    /// HMAC-SHA-256: 32 bytes.
    public static func sha256(key: [UInt8], data: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: SHA256.size)
        var count = 0
        let result = EVP_Q_mac(
            nil, "HMAC", nil, "SHA256", nil, key, key.count, data, data.count, &code, code.count, &count)
        precondition(result != nil && count == code.count, "OpenSSL failed to compute an HMAC")
        return code
    }
}
