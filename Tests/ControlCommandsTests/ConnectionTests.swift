import FOQUSModel
import TestSupport
import Testing
import Threading

@testable import ControlCommands

@Suite struct ConnectionTests {
    private typealias Layer = ConnectionSettings.Layer

    @Test func withoutSettingsTheGatewayIsHere() throws {
        let settings = try ConnectionSettings(layers: [])
        #expect(settings.gateway == "http://127.0.0.1:8080")
        #expect(settings.user == nil)
    }

    @Test func theStrongestLayerCounts() throws {
        let environment = Layer(environment: [
            "FOQUS_GATEWAY": "https://env/", "FOQUS_USER": "ed", "FOQUS_PASSWORD": "pw", "FOQUS_CA_FILE": "",
        ])
        var line = Layer()
        line.user = "lu"
        var file = Layer()
        file.caFile = "/ca"
        file.user = "fi"
        let settings = try ConnectionSettings(layers: [line, environment, file])
        #expect(settings.gateway == "https://env")
        #expect(settings.user?.description == "lu")
        #expect(settings.password == .text("pw"))
        #expect(settings.caFile == "/ca")
    }

    @Test(arguments: ["gateway.example", "ftp://x", "http://"])
    func otherAddressesAreRefused(_ address: String) {
        var layer = Layer()
        layer.gateway = address
        #expect(throws: ControlError.self) { try ConnectionSettings(layers: [layer]) }
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080", false), ("http://localhost/dev", false), ("http://[::1]:80", false),
        ("https://example.org", false), ("http://example.org", true),
    ])
    func passwordsInTheClearAreNoticed(_ address: String, _ exposes: Bool) throws {
        var layer = Layer()
        layer.gateway = address
        layer.user = "a"
        #expect(try ConnectionSettings(layers: [layer]).exposesPassword == exposes)
    }

    @Test func theUsersFileIsLookedForInItsPlace() {
        #expect(UserSettingsFile(named: nil, variables: ["HOME": "/h"])?.path == "/h/.config/foqus/foqusctl.conf")
        #expect(
            UserSettingsFile(named: nil, variables: ["HOME": "/h", "XDG_CONFIG_HOME": "/c"])?.path
                == "/c/foqus/foqusctl.conf")
        #expect(UserSettingsFile(named: nil, variables: [:]) == nil)
        #expect(UserSettingsFile(named: "x", variables: [:])?.path == "x")
    }
}
