import SystemdKit
import TestSupport
import Testing

/// On a real bus, whose own object is there to be called.
@Suite struct BusConnectionTests {
    private static func daemon(_ member: String, _ arguments: [BusValue] = []) -> BusConnection.Call {
        .init("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", member, arguments)
    }

    @Test func methodsAnswer() async throws {
        try await PrivateBus.with { bus in
            let connection = try await BusConnection.open(bus.bus, loop: PrivateBus.loop)
            let answer = try await connection.call(Self.daemon("NameHasOwner", [.string("org.freedesktop.DBus")]))
            #expect(answer == [.bool(true)])
            let features = try await connection.property(
                "Interfaces", of: "org.freedesktop.DBus", at: "/org/freedesktop/DBus", "org.freedesktop.DBus")
            #expect(features.stringsValue?.contains("org.freedesktop.DBus.Monitoring") == true)
            let all = try await connection.properties(
                of: "org.freedesktop.DBus", at: "/org/freedesktop/DBus", "org.freedesktop.DBus")
            #expect(all["Interfaces"] == features)
            connection.close()
        }
    }

    @Test func manyCallsAtATimeAreToldApart() async throws {
        try await PrivateBus.with { bus in
            let connection = try await BusConnection.open(bus.bus, loop: PrivateBus.loop)
            let answers = try await withThrowingTaskGroup(of: (Int, [BusValue]).self) { group in
                for number in 0..<200 {
                    let name = number.isMultiple(of: 2) ? "org.freedesktop.DBus" : "org.nobody"
                    group.addTask { (number, try await connection.call(Self.daemon("NameHasOwner", [.string(name)]))) }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(answers.allSatisfy { $0.value == [.bool($0.key.isMultiple(of: 2))] } && answers.count == 200)
            connection.close()
        }
    }

    @Test func errorsSayWhatAndWhy() async throws {
        try await PrivateBus.with { bus in
            let connection = try await BusConnection.open(bus.bus, loop: PrivateBus.loop)
            let denied = await #expect(throws: BusError.self) { try await connection.call(Self.daemon("ListNames")) }
            #expect(denied?.isAccessDenied == true)
            #expect(denied?.description.hasPrefix("cannot call ListNames of org.freedesktop.DBus: ") == true)
            let unknown = await #expect(throws: BusError.self) { try await connection.call(Self.daemon("Fly")) }
            #expect(unknown?.name == "org.freedesktop.DBus.Error.UnknownMethod")
            let invalid = await #expect(throws: BusError.self) {
                try await connection.call(Self.daemon("NameHasOwner", [.objectPath("no path")]))
            }
            #expect(invalid?.name == "System.Error.EINVAL")
            connection.close()
        }
    }

    @Test func signalsComeInOrderAndOnlyThoseThatMatch() async throws {
        try await PrivateBus.with { bus in
            let connection = try await BusConnection.open(bus.bus, loop: PrivateBus.loop)
            let signals = try await connection.signals(
                BusMatch(
                    sender: "org.freedesktop.DBus", interface: "org.freedesktop.DBus", member: "NameOwnerChanged",
                    firstArgument: "org.example.Two"))
            for _ in 0..<2 {
                for name in ["org.example.One", "org.example.Two"] {
                    _ = try await connection.call(Self.daemon("RequestName", [.string(name), .uint32(0)]))
                    _ = try await connection.call(Self.daemon("ReleaseName", [.string(name)]))
                }
            }
            var iterator = signals.makeAsyncIterator()
            for round in 0..<4 {
                let signal = try #require(await iterator.next())
                #expect(signal.arguments.first == .string("org.example.Two"))
                #expect(signal.arguments[1].stringValue?.isEmpty == round.isMultiple(of: 2))
            }
            connection.close()
            #expect(await iterator.next() == nil)
        }
    }

    @Test func aBusThatGoesAwayEndsWhatWaits() async throws {
        try await PrivateBus.with { bus in
            let connection = try await BusConnection.open(bus.bus, loop: PrivateBus.loop)
            let signals = try await connection.signals(BusMatch(member: "NameOwnerChanged", firstArgument: "org.never"))
            await bus.kill()
            for await _ in signals { Issue.record("a signal from nowhere") }
            let error = await #expect(throws: BusError.self) { try await connection.call(Self.daemon("GetId")) }
            #expect(error?.isDisconnected == true)
        }
    }

    @Test func withoutABusThereIsAReason() async throws {
        let error = await #expect(throws: BusError.self) {
            try await BusConnection.open(.peer(path: "/nonexistent/a b"), loop: PrivateBus.loop)
        }
        #expect(error?.description == "cannot connect to /nonexistent/a b: No such file or directory")
        #expect(error?.isDisconnected == true)
    }
}
