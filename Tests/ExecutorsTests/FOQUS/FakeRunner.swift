import FileKit
import TestSupport

@testable import Executors

/// A runner without an engine: a shell script that speaks the protocol, and does in each step what a test wants.
///
/// It notes its process in `pids` of the workshop, and each job in `jobs`.
struct FakeRunner {
    let workshop: Workshop
    let python: String

    /// - Parameters:
    ///   - ready: shell commands that run first.
    ///   - load: what answers `load`.
    ///   - run: what answers `run`; `$id` and `$jobdir` are the job's.
    ///   - terminate: what answers `terminate`.
    init(
        _ workshop: Workshop, ready: String = FakeRunner.ready, load: String = FakeRunner.loaded,
        run: String = FakeRunner.success, terminate: String = ":"
    ) async throws {
        self.workshop = workshop
        try File.writeAtomically(
            Array(#"{"flowsheet":{"nodes":{}}}"#.utf8), to: Path.join(workshop.simulation, "session.foqus"))
        python = try await workshop.installProgram(
            "fake-python",
            """
            #!/bin/sh
            cd '\(workshop.directory)'
            echo $$ >> pids
            say() { printf '%s\\n' "$1"; }
            \(ready)
            while read -r line; do
                id=${line#*'"id":"'}; id=${id%%'"'*}
                jobdir=${line#*'"jobdir":"'}; jobdir=${jobdir%%'"'*}
                case $line in
                    *'"op":"load"'*) \(load) ;;
                    *'"op":"run"'*) echo "$id" >> jobs
                        \(run) ;;
                    *'"op":"terminate"'*) \(terminate) ;;
                esac
            done

            """)
    }

    static let ready = #"say "{\"event\":\"ready\",\"pid\":$$,\"engine\":\"fake\"}""#
    static let loaded = #"say '{"event":"loaded"}'"#
    static let started = #"say "{\"event\":\"started\",\"id\":\"$id\"}""#
    static let success = started + #"; echo "{\"pid\":$$}" > "$jobdir/output.json"; "# + result("success")

    static func result(_ status: String, reason: String = "", message: String = "") -> String {
        #"say "{\"event\":\"result\",\"id\":\"$id\",\"status\":\"\#(status)\",\"reason\":\"\#(reason)\","#
            + #"\"message\":\"\#(message)\"}""#
    }

    /// The runners that were started, in order.
    var pids: [Int32] { Look.pids(workshop.path("pids")) }

    func executor(
        simulations: ExecutorRegistry = ExecutorRegistry([:]),
        _ configure: (inout FOQUSExecutor.Options) -> Void = { _ in }
    ) -> FOQUSExecutor {
        var options = FOQUSExecutor.Options(
            python: python, runnerDirectory: "/unused", processes: 1, workDirectory: workshop.path("work"))
        options.patience.confirmation = .milliseconds(100)
        options.patience.lateness = .milliseconds(100)
        configure(&options)
        return FOQUSExecutor(
            options, simulations: simulations, supervisor: Shared.supervisor, loop: Shared.loop, log: Shared.silence)
    }
}
