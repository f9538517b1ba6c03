import Glibc
import Testing

@testable import SystemdKit

@Suite struct JournalTests {
    @Test func fieldsBecomeAssignments() {
        let fields = [
            (name: "MESSAGE", value: "two\nlines = ü"), (name: "JOB_ID", value: ""), (name: "JOB_ID", value: "7"),
        ]
        let (bytes, lengths) = Journal.encode(fields)
        #expect(String(decoding: bytes, as: UTF8.self) == "MESSAGE=two\nlines = üJOB_ID=JOB_ID=7")
        #expect(lengths == [22, 7, 8])
    }

    @Test(arguments: ["", "lower", "_TRUSTED", "9", "A-B", "Ü", String(repeating: "A", count: 65)])
    func namesTheJournalWouldDropAreRefused(name: String) {
        let error = #expect(throws: SystemdError.self) { try Journal.send([("MESSAGE", "x"), (name, "y")]) }
        #expect(error?.code == EINVAL)
        #expect(error?.description.contains("'\(name)'") == true)
    }

    @Test(arguments: ["MESSAGE", "JOB_ID", "A9_", String(repeating: "A", count: 64)])
    func theJournalsNamesAreValid(name: String) { #expect(Journal.isValid(name)) }
}
