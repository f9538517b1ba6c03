import COpenSSL

/// Bytes that nobody can guess, from the operating system's source.
public func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let result = RAND_bytes(&bytes, Int32(count))
    precondition(result == 1, "the system has no random numbers to give")
    return bytes
}

/// Compares in a time that depends on the lengths only, so that an attacker cannot find a secret byte by byte.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
