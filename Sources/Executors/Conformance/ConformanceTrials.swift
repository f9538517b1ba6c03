import FOQUSModel
import JSONKit

extension RunnerConformance {
    struct Trial: Sendable {
        let rule: String
        /// Nothing else can be tried when this is broken.
        var isFoundation = false
        let body: @Sendable (RunnerConformance) async throws(Breach) -> Void
    }

    static let trials: [Trial] = [
        Trial(rule: "tells that it is ready, with its pid and engine", isFoundation: true) {
            tester async throws(Breach) in try await tester.withRunner(loaded: false) { _ throws(Breach) in }
        },
        Trial(rule: "loads the simulation", isFoundation: true) { tester async throws(Breach) in
            try await tester.withRunner { _ throws(Breach) in }
        },
        Trial(rule: "runs a job: started, then one result with its id", isFoundation: true) {
            tester async throws(Breach) in
            try await tester.withRunner { talk throws(Breach) in try await talk.succeed("job-1") }
        },
        Trial(rule: "stays warm: two more jobs, one after the other") { tester async throws(Breach) in
            try await tester.withRunner { talk throws(Breach) in
                try await talk.succeed("job-1")
                try await talk.succeed("job-2")
            }
        },
        Trial(rule: "answers a ping") { tester async throws(Breach) in
            try await tester.withRunner { talk throws(Breach) in try await talk.ping(running: nil) }
        },
        Trial(rule: "rejects what is no command, and goes on") { tester async throws(Breach) in
            try await tester.withRunner { talk throws(Breach) in
                for line in ["this is no JSON", "[]", #"{"op":"dance"}"#] {
                    await talk.runner.send(.raw(line))
                    try await talk.rejection(of: line, job: nil)
                }
                try await talk.succeed("job-1")
            }
        },
        Trial(rule: "rejects the end of a job that it does not run") { tester async throws(Breach) in
            try await tester.withRunner { talk throws(Breach) in
                await talk.runner.send(.terminate("nobody"))
                try await talk.rejection(of: "terminate", job: "nobody")
            }
        },
        Trial(rule: "answers a ping while a job runs") { tester async throws(Breach) in
            let input = try tester.slowInput()
            try await tester.withRunner { talk throws(Breach) in
                try await talk.start("slow", input)
                try await talk.ping(running: "slow")
            }
        },
        Trial(rule: "ends a job within 2 s when told to, and goes on") { tester async throws(Breach) in
            let input = try tester.slowInput()
            try await tester.withRunner { talk throws(Breach) in
                try await talk.start("slow", input)
                await talk.runner.send(.terminate("slow"))
                let result = try await talk.result("slow", within: .seconds(2))
                guard result.status == .terminate else {
                    throw .broken("the status was \(result.status), not terminate")
                }
                try await talk.succeed("job-2")
            }
        },
        Trial(rule: "ends a job after its timeout, and goes on") { tester async throws(Breach) in
            let input = try tester.slowInput()
            try await tester.withRunner { talk throws(Breach) in
                try await talk.start("slow", input, timeout: .seconds(1))
                let result = try await talk.result("slow", within: .seconds(6))
                guard result.status == .error, result.reason == .timeout else {
                    throw .broken(
                        "the result was \(result.status) \(result.reason?.rawValue ?? ""), not error with reason timeout"
                    )
                }
                try await talk.succeed("job-2")
            }
        },
        Trial(rule: "ends at a shutdown within 5 s") { tester async throws(Breach) in
            try await tester.withRunner { talk throws(Breach) in
                await talk.runner.send(.shutdown)
                try await talk.end(within: .seconds(5))
            }
        },
        Trial(rule: "ends at the end of stdin within 5 s, also during a job") { tester async throws(Breach) in
            try await tester.withRunner { talk throws(Breach) in
                if let input = tester.options.slowInput { try await talk.start("slow", input) }
                await talk.runner.closeInput()
                try await talk.end(within: .seconds(5))
            }
        },
    ]

    func slowInput() throws(Breach) -> JSON {
        guard let input = options.slowInput else {
            throw .notTried("it takes --slow-input, the input of a job that takes some seconds")
        }
        return input
    }
}
