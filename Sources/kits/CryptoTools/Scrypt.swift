import COpenSSL

/// The effort that scrypt takes. Bounded, so that a stored text cannot make a verifier spend more than 256 MiB.
public struct ScryptCost: Sendable, Equatable, CustomStringConvertible {
    /// N = 2^15, r = 8, p = 1: about 100 ms and 32 MiB.
    public static let standard = ScryptCost(logN: 15, blockSize: 8, parallelism: 1)

    private let logN: Int
    private let blockSize: Int
    private let parallelism: Int

    private init(logN: Int, blockSize: Int, parallelism: Int) {
        self.logN = logN
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// - Parameters:
    ///   - ln: the binary logarithm of N, from 1 to 20.
    ///   - r: the block size, from 1 to 32.
    ///   - p: the parallelism, from 1 to 16.
    /// - Returns: `nil` when a parameter is out of its range, or all together take more than 256 MiB.
    public init?(ln: Int, r: Int, p: Int) {
        guard (1...20).contains(ln), (1...32).contains(r), (1...16).contains(p) else { return nil }
        self.init(logN: ln, blockSize: r, parallelism: p)
        if memory > 256 << 20 { return nil }
    }

    /// Reads `ln=15,r=8,p=1`.
    init?(parsing text: Substring) {
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 3 else { return nil }
        var numbers: [Int] = []
        for (field, name) in zip(fields, ["ln=", "r=", "p="]) {
            let digits = field.dropFirst(name.count)
            guard field.hasPrefix(name), digits.utf8.count <= 2, let number = UInt8(digits) else { return nil }
            numbers.append(Int(number))
        }
        self.init(ln: numbers[0], r: numbers[1], p: numbers[2])
    }

    public var description: String { "ln=\(logN),r=\(blockSize),p=\(parallelism)" }

    var n: UInt64 { 1 << UInt64(logN) }
    var r: UInt64 { UInt64(blockSize) }
    var p: UInt64 { UInt64(parallelism) }

    /// Bytes, as OpenSSL counts them.
    var memory: UInt64 { 128 * r * (n + p + 2) }
}

/// RFC 7914.
func scrypt(_ password: [UInt8], salt: [UInt8], cost: ScryptCost, count: Int) throws(CryptoError) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: count)
    let result = password.withUnsafeBufferPointer { password in
        // Without an address OpenSSL takes the call for a question about the parameters.
        var none: CChar = 0
        return withUnsafePointer(to: &none) { none in
            let start = password.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) }
            return EVP_PBE_scrypt(
                start ?? none, password.count, salt, salt.count, cost.n, cost.r, cost.p, cost.memory + 1 << 20, &key,
                count)
        }
    }
    guard result == 1 else {
        throw CryptoError(code: .failed, message: "scrypt failed: no memory for \(cost.memory >> 20) MiB")
    }
    return key
}
