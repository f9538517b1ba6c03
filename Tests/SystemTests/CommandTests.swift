import FOQUSModel
import GatewayClient
import JSONKit
import TestSupport
import Testing

/// Jobs that are any program.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CommandTests {
    @Test func aScriptGetsItsInputAndLeavesOutputAndFiles() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            try await deployment.uploadScript(
                """
                mkdir -p plots
                cat >plots/input.txt
                echo "as $FOQUS_USER on $FOQUS_SIMULATION" >&2
                printf '{"echo": %s, "bad": NaN}' "$(cat plots/input.txt)" >output.json
                """, as: "echo")
            let input: JSON = ["node": ["text": "höher 'und' \"weiter\"", "number": 1.5]]
            let session = try await deployment.submit("echo", application: "script", [input])
            try await session.untilFinished()

            let job = try await session.client.job(session.jobs[0], withOutput: true)
            #expect(job.state == .success)
            #expect(job.output == ["echo": input, "bad": "NaN"])
            let paths = try await session.client.files(of: job.id, in: session.id).map(\.path)
            #expect(Set(paths).isSuperset(of: ["plots/input.txt", "stderr.log"]))
            func content(_ path: String) async throws -> String {
                String(
                    decoding: try await session.client.file(try RelativePath(path), of: job.id, in: session.id),
                    as: UTF8.self)
            }
            #expect(try JSON.parse(try await content("plots/input.txt")) == input)
            #expect(try await content("stderr.log") == "as alice on echo\n")
        }
    }

    @Test func aFailingScriptTellsWhy() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            try await deployment.uploadScript("echo 'the reason' >&2; exit 3\n", as: "failing")
            try await deployment.uploadScript("kill -SEGV $$\n", as: "crashing")
            try await deployment.uploadScript("echo '{' >output.json\n", as: "garbled")
            for (simulation, words) in [
                ("failing", ["3", "the reason"]), ("crashing", ["SIGSEGV"]), ("garbled", ["output.json", "line"]),
            ] {
                let session = try await deployment.submit(simulation, application: "script", [[:]])
                try await session.untilFinished()
                let job = try await session.client.job(session.jobs[0])
                #expect(job.state == .error)
                for word in words { #expect(job.message?.contains(word) == true, "\(job)") }
            }
        }
    }
}
