import FOQUSModel
import JSONKit
import Testing

@Suite struct ValueTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_467_268_175, "2026-11-23T20:54:28.175Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        ] as [(Int64, String)])
    func timestampsAreWrittenAsJavaScriptDoes(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
        #expect(Timestamp(iso: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "2026-11-23", "2026-11-23T20:54:28", "2026-13-23T20:54:28Z", "2026-11-23T20:54:28.Z", "x"])
    func whatIsNoTimestampIsRefused(text: String) { #expect(Timestamp(iso: text) == nil) }

    @Test func timestampsWithoutFractionAreRead() {
        #expect(Timestamp(iso: "1970-01-01T00:00:01Z")?.milliseconds == 1000)
    }

    @Test func identifiersAreFoldedAndChecked() {
        #expect(JobID("3494E851-3304-4A41-BE47-44083108083B")?.description == "3494e851-3304-4a41-be47-44083108083b")
        for bad in ["", "9", "3494e851-3304-4a41-be47-44083108083", "3494e851x3304-4a41-be47-44083108083b"] {
            #expect(JobID(bad) == nil, "\(bad)")
        }
    }

    @Test func randomIdentifiersAreVersion4() {
        let id = UUIDText(random: [UInt8](repeating: 0xff, count: 16)).description
        #expect(id == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    }

    /// The example of RFC 9562, appendix A.6.
    @Test func identifiersWithTimeAreVersion7() {
        let bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F]
        let id = UUIDText(at: Timestamp(milliseconds: 1_645_557_742_000), random: bytes)
        #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test(arguments: ["", ".", "..", "a/b", "a\u{0}b", "a\nb", "a\u{85}b", String(repeating: "x", count: 10_000)])
    func dangerousNamesAreRefused(name: String) {
        #expect(throws: NameError.self) { try SimulationName(name) }
        #expect(throws: NameError.self) { try UserName(name) }
    }

    @Test(arguments: [
        "../x", "/x", "a//b", "a/../b", "a/./b", "a/", "", "a/\u{0}", String(repeating: "a/", count: 900),
    ])
    func pathsCannotLeaveTheFolder(path: String) {
        #expect(throws: NameError.self) { try RelativePath(path) }
    }

    @Test(arguments: ["a", "sub/model.bkp", "Größe/模型 1.py", "a b"])
    func ordinaryPathsAreTaken(path: String) throws { #expect(try RelativePath(path).description == path) }

    @Test func aUserNameCannotHoldAColon() { #expect(throws: NameError.self) { try UserName("a:b") } }

    @Test func aUserNeverShowsItsHash() throws {
        let user = User(name: try UserName("a"), passwordHash: "$scrypt$secret", created: Timestamp(milliseconds: 0))
        #expect(!"\(user)".contains("secret"))
    }

    @Test func outputReferencesComeBack() {
        let reference = OutputReference(key: "t/session/x", size: 300_000)
        #expect(OutputReference(reference.json) == reference)
        #expect(OutputReference(["output": 1]) == nil)
    }

    @Test func summariesComeBack() {
        let summary = SessionSummary(counts: [.success: 3, .running: 1, .error: 2])
        #expect(summary.total == 6 && summary.finished == 5)
        #expect(SessionSummary(summary.json) == summary)
    }

    @Test(arguments: [
        (#"{"Type":"FOQUS_Session"}"#, "session.foqus"),
        (#"{"filetype":"sinterconfig","aspenfile":"m.acmf"}"#, "acm_sinter.json"),
        (#"{"filetype":"sinterconfig","aspenfile":"m.bkp"}"#, "aspenplus_sinter.json"),
        (#"{"config-version":"0.2","model":{"file":"m.bkp"}}"#, "aspenplus_sinter.json"),
        (
            #"{"filetype-version":0.3,"model":{"file":"m.bkp"},"application":{"name":"Aspen Plus"}}"#,
            "aspenplus_sinter.json"
        ),
        (
            #"{"filetype-version":"0.3","model":{"file":"m.py"},"application":{"name":"foqus-user-plugin"}}"#,
            "foqus-user-plugin.json"
        ),
        (
            #"{"filetype-version":"0.3","model":{"file":"m.acmf"},"application":{"name":"Aspen Custom Modeler"}}"#,
            "acm_sinter.json"
        ),
    ])
    func configurationsAreRecognised(text: String, file: String) throws {
        #expect(SimulationKind.of(configuration: try JSON.parse(Array(text.utf8)))?.configurationFile == file)
    }

    @Test func anUnknownConfigurationIsNone() { #expect(SimulationKind.of(configuration: ["Type": "cake"]) == nil) }
}
