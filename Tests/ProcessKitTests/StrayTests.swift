import Glibc
import ProcessKit
import Testing

@Suite(.timeLimit(.minutes(1)))
struct StrayTests {
    /// A program whose child leaves its session and outlives it, as when their supervisor was killed.
    @Test func killsWhatCarriesTheCookie() async throws {
        try await withSupervisor { supervisor, directory in
            let (cookie, other) = ("\(directory)/ours", "\(directory)/other")
            func start(_ cookie: String) async throws -> RunningProcess {
                try await supervisor.spawn(
                    shell("setsid sleep 600 & echo ready; sleep 600") {
                        $0.cookie = cookie
                        $0.stdout = .pipe
                    })
            }
            let (ours, theirs) = (try await start(cookie), try await start(other))
            #expect(try await ours.lines.nextText() == "ready")
            #expect(try await theirs.lines.nextText() == "ready")

            #expect(StrayProcesses.kill { $0 == cookie } >= 2)
            #expect(await ours.wait() == .signaled(SIGKILL))
            #expect(exists(theirs.pid))
            #expect(StrayProcesses.kill { $0 == cookie } == 0)
            await theirs.kill()
        }
    }
}
