import CryptoTools

/// Password hashes that cost next to nothing to check.
enum TestHash {
    static func of(_ password: String) -> String {
        try! PasswordHash.make(password, cost: ScryptCost(ln: 4, r: 8, p: 1)!).text
    }
}
