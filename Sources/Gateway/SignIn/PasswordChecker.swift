import CryptoTools
import HTTPServer
import Stores
import Threading

/// Checks passwords against scrypt hashes, a few at a time, and remembers right ones for a while.
///
/// A client polls with its credentials each time: without the memory, ten thousand polls would cost ten thousand
/// scrypts of 0.1 s. What is remembered is an HMAC, under a key of this process, over password and stored hash together:
/// it ends with the process, does not tell the password, and a changed password is wrong at once.
actor PasswordChecker {
    private let time: any TimeSource
    private let pool: BlockingPool
    private let limits: GatewayLimits
    private let key: [UInt8]
    private let decoyPassword: [UInt8]
    private var decoy: Task<String, any Error>?
    private var remembered: [[UInt8]: Instant] = [:]
    /// Checks by scrypt so far.
    private(set) var verifications = 0
    private var running: [[UInt8]: Task<Bool, any Error>] = [:]

    /// More right passwords than this are not remembered: there are not as many users.
    private static let memoryLimit = 10_000

    init(time: any TimeSource, random: any RandomSource, pool: BlockingPool, limits: GatewayLimits) {
        self.time = time
        self.pool = pool
        self.limits = limits
        key = random.bytes(32)
        decoyPassword = random.bytes(16)
    }

    /// Whether the password is the hash's. Without a hash it is wrong, but takes as long to find out.
    func check(_ password: String, against stored: String?) async throws -> Bool {
        // HMAC, and so scrypt, pads short keys with zeros: to it "secret" and "secret\0" are the same.
        let stored = password.utf8.contains(0) ? nil : stored
        let hash = if let stored { stored } else { try await decoyHash() }
        let fingerprint = HMAC.sha256(key: key, data: Array(hash.utf8) + [0] + Array(password.utf8))
        if let until = remembered[fingerprint] {
            if time.instant() < until { return true }
            remembered[fingerprint] = nil
        }
        let isRight = try await verify(password, hash, fingerprint)
        guard isRight, stored != nil else { return false }
        remember(fingerprint)
        return true
    }

    /// Requests that come with the same credentials at the same time wait for one check.
    private func verify(_ password: String, _ hash: String, _ fingerprint: [UInt8]) async throws -> Bool {
        if let task = running[fingerprint] { return try await task.value }
        guard running.count < limits.waitingSignIns else {
            throw Refusal.busy("too many sign-ins at a time, try again", retryAfter: 2)
        }
        verifications += 1
        let task = Task { [pool] in
            try await pool.run { () throws -> Bool in try PasswordHash(parsing: hash).verify(password) }
        }
        running[fingerprint] = task
        defer { running[fingerprint] = nil }
        return try await task.value
    }

    private func remember(_ fingerprint: [UInt8]) {
        let now = time.instant()
        if remembered.count >= Self.memoryLimit {
            remembered = remembered.filter { now < $0.value }
            if remembered.count >= Self.memoryLimit { remembered.removeAll(keepingCapacity: true) }
        }
        remembered[fingerprint] = now + limits.signInMemory
    }

    /// The hash that unknown users are checked against; nobody knows its password.
    private func decoyHash() async throws -> String {
        if let decoy { return try await decoy.value }
        let password = decoyPassword.map { String($0, radix: 16) }.joined()
        let task = Task { [pool] in
            try await pool.run { () throws -> String in try PasswordHash.make(password).text }
        }
        decoy = task
        return try await task.value
    }
}
