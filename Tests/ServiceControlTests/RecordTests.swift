import FileKit
import TestSupport
import Testing

@testable import ServiceControl

@Suite struct RecordTests {
    private static func full() -> ServiceRecord {
        var record = ServiceRecord()
        record.isComplete = true
        record.startup = .delayed
        record.username = "alice"
        record.display = ["DISPLAY": ":1", "XAUTHORITY": "/home/alice/.X 1"]
        record.counters = CounterExport(textfile: "/var/x/foqus.prom", names: ["a_total", "b"])
        record.isProgramInHome = true
        return record
    }

    @Test(arguments: [ServiceRecord(), full()])
    func whatIsWrittenIsRead(record: ServiceRecord) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/record.conf"
            #expect(try ServiceRecord(at: path) == nil)
            try File.writeAtomically(Array(record.text.utf8), to: path)
            #expect(try ServiceRecord(at: path) == record)
        }
    }

    @Test func systemdIsToldWhatFollows() {
        let lines = Self.full().text.split(separator: "\n")
        for line in [
            "User=alice", "Group=", #"Environment="DISPLAY=:1""#, "ProtectHome=no", "PrivateTmp=no",
            #"Environment="FOQUS_METRICS_TEXTFILE=/var/x/foqus.prom""#, "ReadWritePaths=-/var/x",
            #"Environment="FOQUS_METRICS_COUNTERS=a_total,b""#,
        ] { #expect(lines.contains(Substring(line)), "\(line)") }
        #expect(!lines.contains("ProtectHome=read-only"))
        #expect(ServiceRecord().text.hasSuffix("[Service]\n"))
    }

    @Test func aRecordThatNobodyCanReadIsAnErrorWithARemedy() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/record.conf"
            try File.writeAtomically(Array("[broken\n".utf8), to: path)
            let error = #expect(throws: ServiceError.self) { try ServiceRecord(at: path) }
            #expect(error?.hint == "Remove it, and install again.")
        }
    }

    // MARK: --perfmonini

    private func counters(_ text: String) async throws -> CounterExport {
        try await withTemporaryDirectory { directory in
            let path = directory + "/counters.ini"
            try File.writeAtomically(Array(text.utf8), to: path)
            return try CounterExport(iniFile: path)
        }
    }

    @Test func countersAndTheirFileAreRead() async throws {
        let both = try await counters("[metrics]\ntextfile = /a/b.prom\ncounters = x_total, y:z  w\n")
        #expect(both == CounterExport(textfile: "/a/b.prom", names: ["x_total", "y:z", "w"]))
        #expect(try await counters("[metrics]\ncounters = x\n") == CounterExport(textfile: nil, names: ["x"]))
    }

    @Test(
        arguments: [
            ("", "names neither"), ("[metrics]\ntextfile = foqus.prom\n", "no absolute path"),
            ("[metrics]\ntextfile = /a/foqus.txt\n", "ends in .prom"),
            ("[metrics]\ncounters = 9x\n", "\"9x\" is no name"),
            ("[metrics]\ncounters = a-b\n", "\"a-b\" is no name"), ("[objects]\nx = y\n", "means nothing here"),
            ("[metrics\n", "--perfmonini"),
        ])
    func wrongFilesAreRefusedWithAReason(text: String, reason: String) async throws {
        let error = await #expect(throws: ServiceError.self) { try await counters(text) }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    // MARK: --username

    @Test(arguments: [
        (#"corp\alice"#, "--username alice"), (#".\alice"#, "--username alice"), (#"corp\"#, "--username NAME"),
    ])
    func domainsAreRefused(name: String, remedy: String) {
        let error = #expect(throws: ServiceError.self) { try Account(option: name) }
        #expect(error?.reason == .badAccount)
        #expect(error?.hint?.contains(remedy) == true)
    }

    @Test func accountsAreFoundByName() throws {
        #expect(try Account(option: "root").user == 0)
        #expect(Account.name(of: 0) == "root")
        #expect(throws: ServiceError.self) { try Account(option: "no-such-account") }
    }
}
