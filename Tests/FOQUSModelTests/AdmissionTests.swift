import FOQUSModel
import JSONKit
import Testing

/// The rejection rules of cloud-protocol 2.4 and their order.
@Suite struct AdmissionTests {
    static let job = "3494e851-3304-4a41-be47-44083108083b"
    static let session = "9d8494a2-0000-4000-8000-000000000001"
    static let good = ["job": job, "session": session, "username": "test"]

    private func admit(
        _ body: String = #"{"Simulation":"Flash","Input":{"a":{"x":1}}}"#, _ attributes: [String: String] = good,
        users: UserFilter = .all
    ) throws(MessageRejection) -> AdmittedMessage {
        try AdmittedMessage(body: Array(body.utf8), attributes: attributes, accepts: users)
    }

    private func rejection(
        _ body: String = "{", _ attributes: [String: String], users: UserFilter = .all
    ) -> MessageRejection? {
        do throws(MessageRejection) { _ = try admit(body, attributes, users: users) } catch { return error }
        return nil
    }

    @Test func aGoodMessageIsAdmitted() throws {
        let message = try admit()
        #expect(message.job.description == Self.job && message.session.description == Self.session)
        #expect(message.simulation.description == "Flash" && message.application == "foqus")
        #expect(message.input == ["a": ["x": 1]])
    }

    @Test func attributesComeFirst() {
        #expect(rejection("{", [:]) == .noAttributes)
        #expect(rejection("{", ["x": "y"]) == .missingAttribute("job"))
        #expect(rejection("{", ["job": "bad"]) == .missingAttribute("session"))
        #expect(rejection("{", ["job": "bad", "session": "bad"]) == .missingAttribute("username"))
        #expect(
            rejection("{", ["job": "bad", "session": "bad", "username": "u"])
                == .badIdentifier(attribute: "job", value: "bad"))
        #expect(
            rejection("{", ["job": Self.job, "session": "bad", "username": "u"])
                == .badIdentifier(attribute: "session", value: "bad"))
    }

    @Test func wrongUserComesBeforeTheBody() throws {
        let found = rejection("{", Self.good, users: .users([try UserName("alice")]))
        #expect(found?.state == .error)
        #expect(found?.reason == "Authorization Failed: wrong user(test)")
        #expect(rejection("{", Self.good.merging(["username": "../x"]) { $1 })?.state == .error)
    }

    @Test(arguments: [
        "{", "", "\u{0}", "[{\"Simulation\":\"x\"}]", "null", "3", "{}", #"{"Simulation":""}"#, #"{"Simulation":null}"#,
        #"{"Simulation":7}"#, #"{"Simulation":".."}"#, #"{"Simulation":"a/b"}"#, #"{"Simulation":"a\u0000b"}"#,
        #"{"Simulation":"x","Input":[1]}"#, #"{"Simulation":"x","Application":"rm -rf /"}"#,
    ])
    func aBadBodyIsInvalid(body: String) {
        let found = rejection(body, Self.good)
        #expect(found?.state == .invalid)
        #expect(found?.reason.isEmpty == false)
    }

    @Test func noSimulationIsWordedAsUpstream() {
        #expect(rejection("{}", Self.good)?.reason == "no simulation specified")
    }

    @Test func tenKilobyteNamesAreRefusedWithoutRepeatingThem() {
        let name = String(repeating: "n", count: 10_000)
        let found = rejection(#"{"Simulation":"\#(name)"}"#, Self.good)
        #expect(found?.state == .invalid)
        #expect((found?.reason.utf8.count ?? 0) < 200)
    }

    @Test func onlyMessagesWithoutAttributesAreCounted() {
        #expect(MessageRejection.noAttributes.metric == "invalid.job")
        #expect(MessageRejection.missingAttribute("job").metric == nil)
        #expect(MessageRejection.missingAttribute("job").state == nil)
    }
}
