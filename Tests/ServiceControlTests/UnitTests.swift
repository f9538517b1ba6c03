import FileKit
import SystemdKit
import TestSupport
import Testing

@testable import ServiceControl

@Suite struct UnitTests {
    private static let root = Path.parent(Path.parent(Path.parent(#filePath)))

    private static func delivered(_ unit: String) throws -> String {
        String(decoding: try File.read(Path.join(root, "systemd", unit)), as: UTF8.self)
    }

    /// One source: what `install` writes where there is no package is what packages have.
    @Test func theProgramHoldsTheDeliveredUnits() throws {
        #expect(try UnitText.worker == Self.delivered("foqus-worker.service"))
        #expect(try UnitText.timer == Self.delivered("foqus-worker-delayed.timer"))
    }

    @Test func onTheSystemOnlyTheCommandDiffers() throws {
        let text = UnitText.worker(.system, program: "/opt/a b/foqus-worker", settings: "/etc/foqus/foqus.conf")
        let delivered = try Self.delivered("foqus-worker.service").split(separator: "\n")
        let written = text.split(separator: "\n")
        #expect(written.first == "# Written by foqus-service, which removes it too.")
        #expect(
            zip(written.dropFirst(), delivered).filter { $0 != $1 }.map(\.0)
                == [#"ExecStart="/opt/a b/foqus-worker" run --settings /etc/foqus/foqus.conf"#])
        #expect(written.count == delivered.count + 1)
    }

    @Test func aUsersUnitHasNothingThatOnlyTheSystemCanDo() throws {
        let text = UnitText.worker(.user, program: "/usr/bin/foqus-worker", settings: nil)
        let lines = text.split(separator: "\n")
        #expect(lines.contains("ExecStart=/usr/bin/foqus-worker run"))
        #expect(lines.contains("WantedBy=default.target"))
        #expect(lines.contains("Type=notify"))
        #expect(lines.filter { $0.hasPrefix("#") } == [Substring(UnitText.mark)])
        #expect(lines.contains { $0.hasPrefix("Environment=FOQUS_STORE_DIRECTORY=%h/") })
        for key in ["User", "Group", "StateDirectory", "ProtectSystem", "PrivateTmp", "After", "Wants"] {
            #expect(!lines.contains { $0.hasPrefix(key + "=") }, "\(key)")
        }
        let own = UnitText.worker(.user, program: "/usr/bin/foqus-worker", settings: "/home/a/.config/foqus/foqus.conf")
        #expect(!own.contains("Environment=FOQUS_STORE_DIRECTORY"))
    }

    @Test(
        arguments: [
            ("plain-1.0/x=y", "plain-1.0/x=y"), ("", "\"\""), ("a b", "\"a b\""), ("50%", "50%%"), ("$HOME", "$$HOME"),
            ("\"\\", #""\"\\""#), ("a\nb", #""a\x0ab""#), ("it's", "\"it's\""), ("ü", "ü"), (";", "\";\""),
        ])
    func wordsArriveAsTheyAre(word: String, quoted: String) { #expect(UnitQuoting.word(word) == quoted) }

    @Test func variablesOfAReadCommandStay() {
        #expect(UnitQuoting.readWord("${A} 5%") == "\"${A} 5%%\"")
        #expect(UnitQuoting.assignment("A", "x $y") == "\"A=x $y\"")
    }

    @Test func placesOfAUserFollowTheEnvironment() {
        let standard = UnitPlaces(.user) { ["HOME": "/home/a", "XDG_RUNTIME_DIR": "/run/user/7"][$0] }
        #expect(standard.units == "/home/a/.local/share/systemd/user")
        #expect(standard.record == "/home/a/.config/systemd/user/foqus-worker.service.d/50-foqus-service.conf")
        #expect(standard.startArguments == "/run/user/7/systemd/user/foqus-worker.service.d/90-start-arguments.conf")
        #expect(standard.lock == "/run/user/7/systemd/foqus-service.lock")
        let moved = UnitPlaces(.user) { ["XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c", "XDG_RUNTIME_DIR": "/r"][$0] }
        #expect(moved.units == "/d/systemd/user" && moved.configuration == "/c/systemd/user")
    }
}
