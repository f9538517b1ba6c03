import FOQUSModel
import JSONKit
import Testing

@testable import Executors

struct RunnerProtocolTests {
    @Test(arguments: [
        (
            #"{"event":"ready","pid":77,"engine":"ccsi-foqus 3.27.0","python":"3.11.2"}"#,
            RunnerEvent.ready(pid: 77, engine: "ccsi-foqus 3.27.0")
        ),
        (#"{"event":"failed","message":"no room"}"#, .failed(message: "no room")),
        (#"{"event":"loaded","session":"s","nodes":["a"],"seconds":0.1}"#, .loaded),
        (#"{"event":"load-failed","message":"m"}"#, .loadFailed(message: "m")),
        (#"{"event":"started","id":"j"}"#, .started(job: "j")),
        (
            #"{"event":"call","id":"j","call":2}"#,
            .call(job: "j", RunnerCall(number: 2, request: ["event": "call", "id": "j", "call": 2]))
        ),
        (#"{"event":"rejected","message":"m"}"#, .rejected(job: nil, message: "m")),
        (#"{"event":"rejected","id":"j","message":"m"}"#, .rejected(job: "j", message: "m")),
        (
            #"{"event":"result","id":"j","status":"success","reason":"","graphError":0,"message":""}"#,
            .result(job: "j", RunnerResult(status: .success, reason: nil, message: ""))
        ),
        (
            #"{"event":"result","id":"j","status":"error","reason":"timeout","message":"late"}"#,
            .result(job: "j", RunnerResult(status: .error, reason: .timeout, message: "late"))
        ),
    ])
    func eventsAreRead(line: String, event: RunnerEvent) throws {
        #expect(try RunnerEvent(line: Array(line.utf8)) == event)
    }

    @Test(arguments: [
        "", "Traceback (most recent call last):", "[]", #"{"event":1}"#, #"{"event":"dance"}"#,
        #"{"event":"ready","engine":"3"}"#, #"{"event":"ready","pid":1,"engine":"3"}"#, #"{"event":"started"}"#,
        #"{"event":"call","id":"j","call":"1"}"#, #"{"event":"call","call":1}"#,
        #"{"event":"result","id":"j","status":"perhaps","reason":"","message":""}"#,
        #"{"event":"result","id":"j","status":"success","message":NaN}"#,
    ])
    func anythingElseIsRefused(line: String) {
        #expect(throws: RunnerProtocolError.self) { try RunnerEvent(line: Array(line.utf8)) }
    }

    @Test func aRefusalShowsTheLineSafely() {
        let error = #expect(throws: RunnerProtocolError.self) {
            try RunnerEvent(line: Array("\u{1B}[2J".utf8) + Array(repeating: UInt8(ascii: "x"), count: 200))
        }
        #expect(error?.description.contains("?[2Jxxx") == true)
        #expect(error?.description.hasSuffix("xxx…") == true)
    }

    @Test func commandsAreOneLineEach() throws {
        let id = try #require(AttemptID("01234567-89ab-4cde-8f01-23456789abcd"))
        let run = RunnerCommand.run(
            RunRequest(
                id: id.description, input: ["n": ["x": "a\nb"]], directory: "/j", timeout: .milliseconds(2500),
                details: ["saveSession": false]))
        let commands: [(RunnerCommand, String)] = [
            (.load(["session": "/s", "plugins": ["/p"]]), #"{"op":"load","session":"/s","plugins":["/p"]}"#),
            (
                run,
                #"{"op":"run","id":"\#(id)","input":{"n":{"x":"a\nb"}},"jobdir":"/j","timeout":2.5,"saveSession":false}"#
            ),
            (.answer("j", call: 2, ["state": "cancel"]), #"{"op":"answer","id":"j","call":2,"state":"cancel"}"#),
            (.terminate(id.description), #"{"op":"terminate","id":"\#(id)"}"#),
        ]
        for (command, line) in commands {
            #expect(String(decoding: command.line, as: UTF8.self) == line + "\n")
        }
    }

    @Test(arguments: [
        (RunnerResult.Status.success, RunnerResult.Reason?.none, Outcome.success(output: ["y": 1])),
        (.error, nil, .failed(message: "m", output: ["y": 1])),
        (.error, .crash, .failed(message: "m", output: ["y": 1])),
        (.error, .timeout, .timedOut(after: .seconds(3))),
        (.error, .files, .infrastructure(message: "m")),
        (.invalid, nil, .failed(message: "m", output: nil)),
        (.terminate, nil, .infrastructure(message: "the run was ended from outside: m")),
    ])
    func resultsBecomeOutcomes(status: RunnerResult.Status, reason: RunnerResult.Reason?, outcome: Outcome) {
        let result = RunnerResult(status: status, reason: reason, message: "m")
        #expect(RunOutcome.of(result, output: .json(["y": 1]), timeout: .seconds(3)) == outcome)
    }

    @Test func aSuccessWithoutItsFileIsNone() {
        let result = RunnerResult(status: .success, reason: nil, message: "")
        #expect(
            RunOutcome.of(result, output: .absent, timeout: nil)
                == .infrastructure(message: "the FOQUS runner left no output.json"))
        #expect(
            RunOutcome.of(result, output: .unreadable("output.json is larger than 5 bytes"), timeout: nil)
                == .failed(message: "output.json is larger than 5 bytes", output: nil))
    }
}
