import FOQUSModel
import FileKit
import JSONKit
import Testing

@Suite struct NotificationEventTests {
    private func events(_ body: String, _ attributes: [String: String] = [:]) throws -> [NotificationEvent] {
        try NotificationEvent.events(body: Array(body.utf8), attributes: attributes)
    }

    @Test func aSingleObjectWillDo() throws {
        let job = JobID("3494e851-3304-4a41-be47-44083108083b")!
        #expect(
            try events(#"{"resource":"job","event":"status","status":"setup","jobid":"\#(job)"}"#)
                == [.status(job: job, state: .setup, consumer: nil, message: nil)])
    }

    @Test(arguments: [("stop", NotificationEvent.SessionAction.stop), ("kill", .kill), ("start", .start)])
    func sessionActionsComeByAttribute(word: String, action: NotificationEvent.SessionAction) throws {
        let id = SessionID("9d8494a2-0000-4000-8000-000000000001")!
        #expect(try events("not even JSON", ["event": "session.\(word).\(id)"]) == [.session(id, action: action)])
    }

    @Test(arguments: [
        "nonsense", "[1]", #"{"resource":"job","event":"status","status":"dreaming","jobid":"x"}"#,
        #"{"resource":"job","event":"output","jobid":"9"}"#, #"{"resource":"consumer","event":"running"}"#,
        #"{"resource":"moon","event":"rises"}"#,
    ])
    func whatIsNotTheContractIsRefused(body: String) {
        #expect(throws: NotificationEventError.self) { try events(body) }
    }

    @Test func aBadSessionActionIsRefused() {
        #expect(throws: NotificationEventError.self) { try events("", ["event": "session.kill.9"]) }
    }

    /// Upstream's own samples, where other people's data is at hand.
    @Test func upstreamSamplesAreUnderstood() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let path = root + "/shared/fixtures/events/sns_messages_from_python_worker.txt"
        guard File.exists(path) else { return }
        let lines = String(decoding: try File.read(path), as: UTF8.self).split(separator: "\n")
        let bodies = lines.filter { $0.hasPrefix("\"") }.map { line in
            line.hasSuffix(",") ? String(line.dropLast()) : String(line)
        }
        #expect(bodies.count == 6)
        var kinds: [String] = []
        for body in bodies {
            let text = try #require(try JSON.parse(Array(body.utf8)).stringValue)
            for event in try events(text) {
                switch event {
                case .status(_, let state, _, _): kinds.append(state.rawValue)
                case .output: kinds.append("output")
                case .consumerRunning: kinds.append("consumer")
                case .session: kinds.append("session")
                }
            }
        }
        #expect(kinds == ["consumer", "setup", "running", "consumer", "output", "success"])
    }
}
