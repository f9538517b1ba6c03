/// What is stored in place of a password: a salted scrypt hash (RFC 7914) as text,
/// `$scrypt$ln=15,r=8,p=1$SALT$HASH`, salt and hash in Base64 without padding.
public struct PasswordHash: Sendable, Equatable, CustomStringConvertible {
    private let cost: ScryptCost
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// Hashes a password with a new salt. Blocks for as long as one guess shall take: about 100 ms by default.
    public static func make(_ password: String, cost: ScryptCost = .standard) throws(CryptoError) -> PasswordHash {
        let salt = randomBytes(16)
        let hash = try scrypt(Array(password.utf8), salt: salt, cost: cost, count: 32)
        return PasswordHash(cost: cost, salt: salt, hash: hash)
    }

    private init(cost: ScryptCost, salt: [UInt8], hash: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    /// Reads the text of a hash. One that asks for more effort than ``ScryptCost`` allows is refused.
    public init(parsing text: String) throws(CryptoError) {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false)
        guard fields.count == 5, fields[0].isEmpty, fields[1] == "scrypt" else {
            throw Self.invalid("it does not look like $scrypt$ln=…,r=…,p=…$SALT$HASH")
        }
        guard let cost = ScryptCost(parsing: fields[2]) else { throw Self.invalid("its parameters are out of range") }
        guard let salt = Base64.decode(String(fields[3]), padded: false), (8...64).contains(salt.count) else {
            throw Self.invalid("its salt is not 8 to 64 bytes in Base64")
        }
        guard let hash = Base64.decode(String(fields[4]), padded: false), (16...64).contains(hash.count) else {
            throw Self.invalid("its hash is not 16 to 64 bytes in Base64")
        }
        self.init(cost: cost, salt: salt, hash: hash)
    }

    /// Whether the hash was made of `password`. Blocks as ``make(_:cost:)`` does; compares in constant time.
    public func verify(_ password: String) throws(CryptoError) -> Bool {
        constantTimeEqual(try scrypt(Array(password.utf8), salt: salt, cost: cost, count: hash.count), hash)
    }

    /// The text to store.
    public var text: String {
        "$scrypt$\(cost)$\(Base64.encode(salt, padded: false))$\(Base64.encode(hash, padded: false))"
    }

    /// Without salt and hash, which do not belong into logs.
    public var description: String { "$scrypt$\(cost)$…" }

    private static func invalid(_ reason: String) -> CryptoError {
        CryptoError(code: .invalidPasswordHash, message: "the stored password hash is not usable: \(reason)")
    }
}
