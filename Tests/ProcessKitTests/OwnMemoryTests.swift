import FileKit
import ProcessKit
import Testing

@Suite struct OwnMemoryTests {
    @Test func codeIsLetGoAndComesBack() throws {
        #expect(OwnMemory.releaseStartUpCode() > 0)
        // What runs after it runs as before.
        let status = String(decoding: try File.read("/proc/self/status"), as: UTF8.self)
        #expect(status.contains("VmRSS"))
    }
}
