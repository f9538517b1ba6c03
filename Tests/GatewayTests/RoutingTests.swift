import EmbeddedStores
import FOQUSModel
import HTTPServer
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct RoutingTests {
    @Test(
        arguments: [
            "/application", "/application/", "//application", "/Application", "/dev/application/", "/APPLICATION//",
            "/dev//application",
        ])
    func pathsAreReadAsRealClientsSendThem(path: String) async throws {
        try await Harness.with(basePath: "/dev") { harness async throws in
            #expect(try await harness.send("GET", path, as: nil).status == 200)
        }
    }

    @Test func namesKeepTheirCaseAndMayHoldAnyLetters() async throws {
        try await Harness.with { harness async throws in
            let name = "%C3%9Cbung%20A%2Bb%25"
            _ = try await harness.json("PUT", "/Simulation/\(name)", #"{"Application":"foqus"}"#)
            #expect(try await harness.json("GET", "/SIMULATION/")[0]?["Name"] == "Übung A+b%")
            #expect(try await harness.send("GET", "/simulation/%C3%BCbung%20A%2Bb%25").status == 404)
        }
    }

    @Test func unknownPathsAreNotFound() async throws {
        try await Harness.with { harness async throws in
            for path in ["/", "/sessions", "/session/a/b/c/d/e", "/etc/passwd", "/dev/application"] {
                let response = try await harness.send("GET", path)
                #expect(response.status == 404, "\(path)")
                #expect(response.headers["Access-Control-Allow-Origin"] == "*")
            }
        }
    }

    @Test func otherMethodsAreToldWhichArePossible() async throws {
        try await Harness.with { harness async throws in
            let response = try await harness.send("PATCH", "/session")
            #expect(response.status == 405)
            #expect(response.headers["Allow"] == "POST, GET, HEAD, OPTIONS")
            #expect(try await harness.send("DELETE", "/application").headers["Allow"] == "GET, HEAD, OPTIONS")
        }
    }

    @Test func headIsAnsweredLikeGet() async throws {
        try await Harness.with { harness async throws in
            #expect(try await harness.send("HEAD", "/application", as: nil).status == 200)
            #expect(try await harness.send("HEAD", "/session", as: nil).status == 401)
        }
    }

    @Test func browsersOfOtherOriginsMayAsk() async throws {
        try await Harness.with { harness async throws in
            for path in ["/session", "/session/x/start", "/simulation/m/input/a/b", "/application"] {
                let response = try await harness.send("OPTIONS", path, as: nil)
                #expect(response.status == 200)
                #expect(response.headers["Access-Control-Allow-Origin"] == "*")
                #expect(response.headers["Access-Control-Allow-Methods"] == "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT")
                #expect(response.headers["Access-Control-Allow-Headers"]?.contains("Authorization") == true)
            }
            #expect(try await harness.send("OPTIONS", "/nothing", as: nil).status == 404)
        }
    }

    @Test func applicationsAreTheContractsAndThoseOfTheSettings() async throws {
        let configured = [
            ConfiguredApplication(name: "foqus", inputs: ["other"]),
            ConfiguredApplication(name: "column", inputs: ["configuration"]),
        ]
        try await Harness.with(applications: configured) { harness async throws in
            let list = try await harness.json("GET", "/application", as: nil)
            #expect(
                list == [
                    ["Name": "foqus", "Inputs": ["flowsheet"]], ["Name": "AspenPlus", "Inputs": ["aspenfile"]],
                    ["Name": "ACM", "Inputs": ["aspenfile"]], ["Name": "column", "Inputs": ["configuration"]],
                ])
        }
    }
}
