import CommandLineKit
import EventLoop
import FOQUSModel
import JSONKit
import Stores
import Threading

@testable import ControlCommands

/// foqusctl with a made-up world.
struct ControlFixture: Sendable {
    let gateway: FakeGateway
    private(set) var console: TestConsole
    let time = SkippingTime()
    let interrupts = Interrupts { _ in }
    let users = MemoryUsers()
    var variables: [String: String] = [:]
    /// Carries HTTP, where that is used.
    private var loop: EventLoop?

    init(
        _ behaviour: FakeGateway.Behaviour = FakeGateway.Behaviour(), simulations: [ListedSimulation] = [],
        console: TestConsole = TestConsole()
    ) {
        gateway = FakeGateway(behaviour, simulations: simulations)
        self.console = console
    }

    /// One that goes through HTTP; its fake gateway is not asked.
    init(address: String, password: String, loop: EventLoop, console: TestConsole = TestConsole()) {
        gateway = FakeGateway()
        self.console = console
        variables = ["FOQUS_GATEWAY": address, "FOQUS_USER": "ann", "FOQUS_PASSWORD": password]
        self.loop = loop
    }

    /// The same world with another console.
    func withConsole(_ console: TestConsole) -> ControlFixture {
        var copy = self
        copy.console = console
        return copy
    }

    var program: Program {
        let gateway = gateway
        let users = users
        let loop = loop
        let environment = ControlEnvironment(
            console: console, time: time, interrupts: interrupts, variables: variables,
            files: BlockingPool(name: "files", limit: 2, idleSeconds: 1),
            openGateway: { access in
                if let loop { RemoteGateway.connect(access, loop: loop, version: "1") } else { gateway }
            },
            storeDirectory: { _ in "/nowhere" },
            openUsers: { _ in ControlEnvironment.OpenUsers(directory: users, close: {}) },
            hashPassword: { "hash of \($0)" })
        return ControlProgram.program(environment, version: "1", date: "2026-11-24")
    }

    func run(_ arguments: String...) async -> Int32 { await run(arguments) }

    func run(_ arguments: [String]) async -> Int32 {
        let errors = TextOutput()
        let code = await program.run(arguments, errors: errors, width: 80)
        console.message(errors.text)
        return code.rawValue
    }

    /// What was written to standard output, which must be one JSON document.
    func document() throws -> JSON { try JSON.parse(console.output) }
}

/// Users in memory.
actor MemoryUsers: UserDirectory {
    private var all: [String: User] = [:]

    func user(_ name: UserName) async throws(StoreError) -> User? { all[name.description] }
    func put(_ user: User) async throws(StoreError) { all[user.name.description] = user }
    func remove(_ name: UserName) async throws(StoreError) -> Bool {
        all.removeValue(forKey: name.description) != nil
    }
    func users() async throws(StoreError) -> [User] { all.keys.sorted().compactMap { all[$0] } }
}

/// Writes a small file and returns its path.
func write(_ text: String, to name: String, in directory: String) throws -> String {
    let path = "\(directory)/\(name)"
    try writeFile(Array(text.utf8), path)
    return path
}
