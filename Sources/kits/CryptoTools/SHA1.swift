import COpenSSL

/// SHA-1 (FIPS 180-4). Not for security: existing formats name versions of files by it.
public enum SHA1 {
    /// In bytes.
    public static let size = 20

    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: size)
        let result = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha1(), nil)
        precondition(result == 1, "OpenSSL cannot do SHA-1: out of memory, or its configuration forbids it")
        return digest
    }
}
