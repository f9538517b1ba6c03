import EmbeddedStores
import FOQUSModel
import HTTPServer
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct SimulationTests {
    private static let session = #"{"Type":"FOQUS_Session","nodes":{"calc":NaN}}"#
    private static let sinter = #"{"filetype":"sinterconfig","aspenfile":"flash.bkp"}"#

    @Test(
        arguments: [
            ("foqus", "foqus", "session.foqus"), ("ACM", "ACM", "acm_sinter.json"),
            ("AspenPlus", "aspenplus", "aspenplus_sinter.json"), ("fake-job", "fake-job", "fake-job.json"),
            ("foqus-user-plugin", "foqus-user-plugin", "foqus-user-plugin.json"),
        ])
    func creatingEchoesTheBodyAndListsTheKind(application: String, listed: String, file: String) async throws {
        try await Harness.with { harness async throws in
            let body = #"{"Application": "\#(application)", "StagedInputs": [], "Name": "m"}"#
            let response = try await harness.send("PUT", "/simulation/m", body)
            #expect(response.status == 200 && response.text == body)
            let expected: JSON = ["Name": "m", "Application": .string(listed), "StagedInputs": []]
            #expect(try await harness.json("GET", "/simulation") == [expected])
            #expect(try await harness.json("GET", "/simulation/m") == expected)
            #expect(try await harness.send("GET", "/simulation/m/input/configuration").text == "{}")
            let files = try await harness.json("GET", "/simulation?verbose=True")[0]?["StagedInputs"]
            #expect(files?.arrayValue?.contains(["Name": .string("ann/m/\(file)")]) == true)
        }
    }

    @Test func aConfigurationIsNeverReset() async throws {
        try await Harness.with { harness async throws in
            _ = try await harness.json("PUT", "/simulation/m", #"{"Application":"foqus"}"#)
            #expect(try await harness.send("PUT", "/simulation/m/input/configuration", Self.session).status == 200)
            for application in ["foqus", "ACM"] {
                _ = try await harness.json("PUT", "/simulation/m", #"{"Application":"\#(application)"}"#)
                #expect(try await harness.send("GET", "/simulation/m/input/configuration").text == Self.session)
            }
            #expect(try await harness.json("GET", "/simulation")[0]?["Application"] == "foqus")
        }
    }

    @Test func aConfigurationOfAnotherKindReplacesTheOld() async throws {
        try await Harness.with { harness async throws in
            _ = try await harness.json("PUT", "/simulation/m", #"{"Application":"foqus"}"#)
            _ = try await harness.send("PUT", "/simulation/m/input/configuration", Self.sinter)
            #expect(try await harness.send("GET", "/simulation/m/input/aspenplus_sinter.json").text == Self.sinter)
            #expect(try await harness.send("GET", "/simulation/m/input/session.foqus").status == 404)
            #expect(try await harness.json("GET", "/simulation").arrayValue?.count == 1)
        }
    }

    @Test(arguments: ["", "x", "[", "{\"Type\":\"FOQUS_Session\""])
    func aConfigurationMustBeJSON(body: String) async throws {
        try await Harness.with { harness async throws in
            let response = try await harness.send("PUT", "/simulation/m/input/configuration", body)
            #expect(response.status == 400 && response.text.hasPrefix("Failed to parse as JSON"))
            #expect(try await harness.send("GET", "/simulation/m").status == 404)
        }
    }

    @Test(arguments: ["{}", "[]", "1", #"{"Type":"other"}"#, #"{"filetype":"sinterconfig","aspenfile":"a.exe"}"#])
    func aConfigurationMustBeOfAKnownKind(body: String) async throws {
        try await Harness.with { harness async throws in
            let response = try await harness.send("PUT", "/simulation/m/input/configuration", body)
            #expect(response.status == 400)
            #expect(response.text.contains("failed to identify configuration file type"))
        }
    }

    @Test func anApplicationOfTheSettingsHasItsOwnConfiguration() async throws {
        try await Harness.with(applications: [ConfiguredApplication(name: "column", inputs: [])]) {
            harness async throws in
            _ = try await harness.json("PUT", "/simulation/m", #"{"Application":"column"}"#)
            #expect(try await harness.json("GET", "/simulation")[0]?["Application"] == "column")
            #expect(try await harness.send("PUT", "/simulation/m/input/configuration", #"{"trays":4}"#).status == 200)
            #expect(try await harness.send("GET", "/simulation/m/input/configuration").text == #"{"trays":4}"#)
        }
    }

    @Test func filesComeBackByteForByte() async throws {
        try await Harness.with { harness async throws in
            let content = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8)) }
            for path in ["model.bkp", "sub/folder/data.bin", "%C3%A4%20b.txt"] {
                #expect(try await harness.send("PUT", "/simulation/m/input/\(path)", content).status == 200)
                let response = try await harness.send("GET", "/simulation/m/input/\(path)")
                #expect(response.status == 200 && response.body == content)
                #expect(response.headers["Content-Type"] == "application/octet-stream")
            }
            #expect(try await harness.send("PUT", "/simulation/m/input/empty", [UInt8]()).status == 200)
            #expect(try await harness.send("GET", "/simulation/m/input/empty").body == [])
        }
    }

    @Test(
        arguments: [
            "..", "a/../b", "%2e%2e/x", "a%2F..%2Fb", "a%00b", "a%0Ab", String(repeating: "x", count: 10_240),
        ])
    func pathsThatLeaveTheFolderAreRefused(path: String) async throws {
        try await Harness.with { harness async throws in
            for method in ["PUT", "GET"] {
                let response = try await harness.send(method, "/simulation/m/input/\(path)", "x")
                #expect(response.status == 400 && response.text.hasPrefix("bad input file name"), "\(method)")
            }
            #expect(
                try await harness.send(
                    "PUT", "/simulation/\(path.split(separator: "/").last!)", #"{"Application":"foqus"}"#
                ).status != 500)
            #expect(
                try await harness.backend.objects.list(prefix: "ann/m", in: .simulations, after: nil, limit: 9).objects
                    .isEmpty)
        }
    }

    @Test(arguments: ["%2e%2e", "a%2Fb", "%00", String(repeating: "x", count: 10_240)])
    func namesThatAreNoFolderAreRefused(name: String) async throws {
        try await Harness.with { harness async throws in
            let response = try await harness.send("PUT", "/simulation/\(name)", #"{"Application":"foqus"}"#)
            #expect(response.status == 400 && response.text.hasPrefix("bad simulation name"))
        }
    }

    @Test(
        arguments: [
            "", "[]", "{}", #"{"Application":1}"#, #"{"Application":"Excel"}"#, #"{"Application":"../x"}"#,
        ])
    func anUnknownApplicationIsRefused(body: String) async throws {
        try await Harness.with { harness async throws in
            let response = try await harness.send("PUT", "/simulation/m", body)
            #expect(response.status == 400 && response.text.hasPrefix("Failed to create simulation: Error: "))
            #expect(try await harness.json("GET", "/simulation") == [])
        }
    }

    @Test func signedAddressesAreRefusedAsInTheContract() async throws {
        try await Harness.with { harness async throws in
            _ = try await harness.json("PUT", "/simulation/m", #"{"Application":"foqus"}"#)
            #expect(try await harness.send("PUT", "/simulation/m/input/a?SignedUrl=True", "x").status == 400)
            #expect(try await harness.send("GET", "/simulation/m/input/configuration?SignedUrl=True").status == 406)
            let missing = try await harness.send("GET", "/simulation/m/input/none")
            #expect(missing.status == 404 && missing.text == "No such file: ann/m/none")
            let none = try await harness.send("GET", "/simulation/other/input/configuration")
            #expect(none.status == 404 && none.text == "input file not found")
        }
    }
}
