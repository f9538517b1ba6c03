public import AWSClient
import CryptoTools
public import FOQUSModel
public import Stores
public import Threading

/// What becomes of passwords that the deployment keeps in plain text (cloud-protocol 1.3, 4).
public enum PlainPasswords: String, Sendable, Hashable, CaseIterable {
    /// Who has only such a one cannot sign in.
    case refuse
    /// They serve, and stay: the deployment's own authorizer needs them.
    case accept
    /// They serve, and are replaced by a hash at the first sign-in. The deployment's own authorizer lets nobody in
    /// after that.
    case upgrade
}

/// Rows `User` of the deployed table. Our scrypt hash lies in the attribute `PasswordHash`, the deployment's plain text in
/// `Password`. Where a row has both the hash counts. Neither is ever part of an error or a description.
public struct DynamoUserDirectory: UserDirectory {
    private static let type = "User"
    /// Stands for the hash of a user who has none when users are listed. No password matches it.
    public static let plainMark = "$plain$"

    private let table: DynamoTable
    private let plain: PlainPasswords
    private let cost: ScryptCost
    private let pool: BlockingPool
    private let hashes = HashMemory()

    /// - Parameter pool: where plain passwords are hashed, 0.1 s each, once a process.
    public init(
        service: AWSService, table: String, plainPasswords: PlainPasswords, pool: BlockingPool,
        time: any TimeSource = SystemTime(), random: any RandomSource = SystemRandom()
    ) {
        self.init(
            DynamoTable(service: service, name: table, time: time, random: random), plainPasswords, .standard, pool)
    }

    init(_ table: DynamoTable, _ plain: PlainPasswords, _ cost: ScryptCost, _ pool: BlockingPool) {
        self.table = table
        self.plain = plain
        self.cost = cost
        self.pool = pool
    }

    public func user(_ name: UserName) async throws(StoreError) -> User? {
        let operation = "look up user \(name)"
        guard let item = try await table.get(Self.key(name), for: operation) else { return nil }
        if let user = Self.user(item), user.passwordHash != Self.plainMark { return user }
        guard plain != .refuse, let password = item["Password"]?.stringValue, !password.isEmpty else { return nil }
        let hash = try await hash(of: password, name, operation)
        if plain == .upgrade {
            let change = ItemChange(
                set: ["PasswordHash": .string(hash)],
                setIfMissing: ["Create": .string(table.time.now().description)], remove: ["Password"])
            // If it has changed meanwhile the next sign-in sees that.
            _ = try await table.update(
                Self.key(name), change, if: .equals("Password", .string(password)), for: operation)
        }
        return User(name: name, passwordHash: hash, created: Self.created(item))
    }

    /// Removes a plain password too: the old one would still open the deployment's own gateway.
    public func put(_ user: User) async throws(StoreError) {
        let change = ItemChange(
            set: ["PasswordHash": .string(user.passwordHash)],
            setIfMissing: ["Create": .string(user.created.description)], remove: ["Password"])
        _ = try await table.update(Self.key(user.name), change, for: "save user \(user.name)")
    }

    public func remove(_ name: UserName) async throws(StoreError) -> Bool {
        try await table.delete(Self.key(name), if: .isThere, for: "remove user \(name)")
    }

    /// Whoever has a plain password only is listed with ``plainMark``.
    public func users() async throws(StoreError) -> [User] {
        try await table.query(
            ItemQuery(type: Self.type, attributes: ["Id", "PasswordHash", "Create"]), for: "list the users"
        ).compactMap { Self.user($0) }
    }

    private static func key(_ name: UserName) -> ItemKey { ItemKey(type: type, id: name.description) }

    private static func user(_ item: Item) -> User? {
        guard let name = item["Id"]?.stringValue.flatMap({ try? UserName($0) }) else { return nil }
        return User(name: name, passwordHash: item["PasswordHash"]?.stringValue ?? plainMark, created: created(item))
    }

    private static func created(_ item: Item) -> Timestamp {
        item["Create"]?.stringValue.flatMap { Timestamp(iso: $0) } ?? Timestamp(milliseconds: 0)
    }

    /// The same hash each time, as a gateway remembers checked passwords by it.
    private func hash(
        of password: String, _ name: UserName, _ operation: String
    ) async throws(StoreError) -> String {
        let key = HashMemory.Key(name: name, digest: SHA256.hash(Array(password.utf8)))
        if let known = hashes.hash(for: key) { return known }
        do throws(CryptoError) {
            let hash = try await pool.run { [cost] () throws(CryptoError) in
                try PasswordHash.make(password, cost: cost).text
            }
            return hashes.remember(hash, for: key)
        } catch {
            throw StoreError(.invalid, operation, "its password cannot be hashed", underlying: error)
        }
    }
}

/// Hashes of plain passwords that this process has made.
private final class HashMemory: Sendable {
    struct Key: Hashable {
        let name: UserName
        let digest: [UInt8]
    }

    private let hashes = Locked<[UserName: (digest: [UInt8], hash: String)]>([:])

    func hash(for key: Key) -> String? {
        hashes.withLock { $0[key.name].flatMap { $0.digest == key.digest ? $0.hash : nil } }
    }

    /// Returns the hash that counts: the first one when two were made at the same time.
    func remember(_ hash: String, for key: Key) -> String {
        hashes.withLock { hashes in
            if let known = hashes[key.name], known.digest == key.digest { return known.hash }
            hashes[key.name] = (key.digest, hash)
            return hash
        }
    }
}
