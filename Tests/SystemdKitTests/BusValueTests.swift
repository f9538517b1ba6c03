import CSystemd
import TestSupport
import Testing

@testable import SystemdKit

@Suite struct BusValueTests {
    /// One of every type, and containers in containers.
    private static let values: [BusValue] = [
        .byte(255), .bool(true), .bool(false), .int16(-2), .uint16(65535), .int32(-3), .uint32(.max), .int64(.min),
        .uint64(.max), .double(-0.5), .string("ü\n"), .string(""), .objectPath("/a/b"), .signature("a{sv}"),
        .strings(["a", ""]), .strings([]), .array(of: "y", [.byte(0), .byte(7)]),
        .structure([.string("x"), .structure([.int32(1), .strings(["y"])])]),
        .array(
            of: "{sv}", [.entry(.string("k"), .variant(.array(of: "(st)", [.structure([.string("z"), .uint64(1)])])))]),
        .variant(.variant(.double(.infinity))), .properties([("PIDs", .array(of: "u", [.uint32(1)]))]),
        .array(of: "(sa(sv))", []),
    ]

    @Test func whatIsWrittenIsRead() async throws {
        try await PrivateBus.with { bus in
            var connection: OpaquePointer?
            sd_bus_new(&connection)
            sd_bus_set_address(connection, bus.address)
            sd_bus_set_bus_client(connection, 1)
            #expect(sd_bus_start(connection) >= 0)
            defer { sd_bus_close_unref(connection) }
            var message: OpaquePointer?
            sd_bus_message_new_method_call(connection, &message, "a.b", "/", "a.b", "C")
            defer { sd_bus_message_unref(message) }
            let call = try #require(message)
            #expect(BusMessage.append(Self.values, to: call) >= 0)
            #expect(sd_bus_message_seal(call, 1, 0) >= 0)
            #expect(String(cString: sd_bus_message_get_signature(call, 1)) == Self.values.map(\.signature).joined())
            #expect(try BusMessage.values(of: call) == Self.values)
        }
    }

    @Test func aValueOfAnotherTypeIsNil() {
        #expect(BusValue.int32(-1).unsignedValue == nil)
        #expect(BusValue.byte(3).unsignedValue == 3)
        #expect(BusValue.string("x").boolValue == nil)
        #expect(BusValue.array(of: "u", [.uint32(1)]).stringsValue == nil)
        #expect(BusValue.strings(["a"]).dictionaryValue == nil)
        #expect(
            BusValue.array(of: "{sv}", [.entry(.string("k"), .variant(.bool(true)))]).dictionaryValue == [
                "k": .bool(true)
            ])
    }

    @Test func matchRulesAreQuoted() {
        let match = BusMatch(sender: "a.b", member: "C", firstArgument: "it's")
        #expect(match.rule(isOnBus: true) == #"type='signal',sender='a.b',member='C',arg0='it'\''s'"#)
        #expect(match.rule(isOnBus: false) == #"type='signal',member='C',arg0='it'\''s'"#)
    }
}
