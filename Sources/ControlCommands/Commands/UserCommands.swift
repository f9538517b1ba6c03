import CommandLineKit
import FOQUSModel
import JSONKit
import Stores
import Threading

/// Where a new password comes from; never from the command line, which others can read.
enum PasswordSource: Sendable, Hashable {
    /// Asked for twice on the terminal.
    case prompt
    /// The first line of a file.
    case file(String)
    /// The first line of standard input.
    case standardInput
}

/// `foqusctl user …`: works on the store itself, on the machine of the gateway.
struct UserCommands: Sendable {
    let users: any UserDirectory
    let console: any Console
    let time: any TimeSource
    /// For files and hashing.
    let pool: BlockingPool
    /// scrypt, which takes a tenth of a second and 32 MiB.
    let hash: @Sendable (String) throws -> String
    var json = false

    private static let sizeLimit = 4096

    /// - Parameter replace: whether a user of that name may get a new password.
    func add(_ name: UserName, password: PasswordSource, replace: Bool) async throws(ControlError) {
        let known = try await asking { () throws(StoreError) in try await users.user(name) }
        if known != nil, !replace {
            throw ControlError(.input, "there is a user \(name) already. --replace sets a new password.")
        }
        let password = try await read(password, for: name)
        let hash = hash
        let hashed: String
        do {
            hashed = try await pool.run { try hash(password) }
        } catch {
            throw ControlError(.local, "cannot hash the password: \(error)")
        }
        let user = User(name: name, passwordHash: hashed, created: known?.created ?? time.now())
        try await asking { () throws(StoreError) in try await users.put(user) }
        try answer(
            ["Name": .string(name.description), "Created": .string(user.created.description)],
            known == nil ? "added user \(name)\n" : "set a new password for user \(name)\n")
    }

    func list() async throws(ControlError) {
        let all = try await asking { () throws(StoreError) in try await users.users() }
        if all.isEmpty && !json { return console.say("no users yet; foqusctl user add NAME adds one") }
        var table = Table("Name", "Created")
        for user in all { table.add([user.name.description, user.created.description]) }
        let list = all.map { user -> JSON in
            ["Name": .string(user.name.description), "Created": .string(user.created.description)]
        }
        try answer(.array(list), table.lines(width: console.outputWidth).map { $0 + "\n" }.joined())
    }

    func remove(_ name: UserName) async throws(ControlError) {
        guard try await asking({ () throws(StoreError) in try await users.remove(name) }) else {
            throw ControlError(.notFound, "there is no user \(name). foqusctl user list shows all.")
        }
        try answer(["Removed": .string(name.description)], "removed user \(name)\n")
    }

    private func read(_ source: PasswordSource, for name: UserName) async throws(ControlError) -> String {
        let password: String
        switch source {
        case .prompt:
            password = try console.password(prompt: "Password for \(name): ")
            guard try console.password(prompt: "The same again: ") == password else {
                throw ControlError(.input, "the two passwords differ; nothing was changed.")
            }
        case .file(let path):
            password = try await pool.run { () throws(ControlError) in try PasswordText.read(file: path) }
        case .standardInput:
            password = try PasswordText.firstLine(of: try console.input(limit: Self.sizeLimit), in: "standard input")
        }
        guard !password.isEmpty else { throw ControlError(.input, "the password is empty; nothing was changed.") }
        return password
    }

    private func asking<Value>(_ body: () async throws(StoreError) -> Value) async throws(ControlError) -> Value {
        do { return try await body() } catch { throw ControlError(.local, "\(error)") }
    }

    private func answer(_ json: JSON, _ text: String) throws(ControlError) {
        try self.json ? console.write(json.serialized(pretty: true) + [UInt8(ascii: "\n")]) : console.write(text)
    }
}

extension UserName {
    static func argument(_ text: String) throws(ControlError) -> UserName {
        do { return try UserName(text) } catch { throw ControlError(.usage, "\(error).") }
    }
}
