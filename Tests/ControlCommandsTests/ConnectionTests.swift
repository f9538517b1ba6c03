import FOQUSModel
import Glibc
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

    private func withSettings(
        _ text: String, mode: mode_t = 0o600, _ body: (UserSettingsFile) throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let path = try write(text, to: "foqusctl.conf", in: directory)
            chmod(path, mode)
            try body(try #require(UserSettingsFile(named: path, variables: [:])))
        }
    }

    @Test func theUsersFileNamesGatewayUserAndPassword() async throws {
        try await withSettings("[gateway]\nurl = https://g\nuser = al\npassword = p w\nca_file = /ca\n") { file in
            let layer = try #require(try file.read())
            #expect(layer == Layer(gateway: "https://g", user: "al", password: .text("p w"), caFile: "/ca"))
        }
    }

    @Test(arguments: [0o644, 0o640, 0o604] as [mode_t])
    func aFileThatOthersMayReadIsRefused(_ mode: mode_t) async throws {
        try await withSettings("[gateway]\n", mode: mode) { file in
            let error = ControlError(
                .settings, "\(file.path) may hold a password, but others can read it. Run: chmod 600 \(file.path)")
            #expect(throws: error) { try file.read() }
        }
    }

    @Test func unknownSettingsAreNamedWithTheirPlace() async throws {
        try await withSettings("[gateway]\nusr = al\n") { file in
            do {
                _ = try file.read()
                Issue.record("accepted")
            } catch {
                #expect("\(error)".hasPrefix("\(file.path):2: [gateway] usr: "))
            }
        }
    }

    @Test func onlyAFileThatWasAskedForMustExist() async throws {
        try await withTemporaryDirectory { directory in
            let usual = try UserSettingsFile(named: nil, variables: ["HOME": directory])?.read()
            #expect(usual == nil)
            let asked = UserSettingsFile(named: directory + "/none", variables: [:])
            #expect(throws: ControlError.self) { try asked?.read() }
        }
    }
}
