import CPlatform
import Glibc

/// Where a process waits before it becomes its program. On the loop only.
final class Gate: @unchecked Sendable {
    /// Our end, and the child's until it is started.
    private var go: CInt = -1
    private(set) var childGate: CInt = -1
    private var report: CInt = -1
    private(set) var childReport: CInt = -1

    init(for program: String) throws(SpawnError) {
        guard cp_pipe(&childGate, &go) == 0, cp_pipe(&report, &childReport) == 0 else {
            let code = errno
            close()
            throw SpawnError(.descriptors, program, code)
        }
    }

    deinit { close() }

    func closeChildEnds() {
        Self.close(&childGate)
        Self.close(&childReport)
    }

    /// Lets the process go and waits until it is its program.
    /// - Returns: where it failed and the errno; nil when the program runs.
    func open() -> (step: cp_spawn_step, code: CInt)? {
        guard go >= 0 else { return nil }
        var byte: UInt8 = 1
        // EPIPE: it has ended, and the report says why.
        _ = write(go, &byte, 1)
        Self.close(&go)
        var step = CP_SPAWN_CLONE
        let code = cp_read_report(report, &step)
        Self.close(&report)
        return code == 0 ? nil : (step, code)
    }

    private func close() {
        closeChildEnds()
        Self.close(&go)
        Self.close(&report)
    }

    private static func close(_ fd: inout CInt) {
        if fd >= 0 { Glibc.close(fd) }
        fd = -1
    }
}
