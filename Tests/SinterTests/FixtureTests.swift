import FileKit
import JSONKit
import Testing

@testable import Sinter

/// Configurations of others with recorded inputs and outputs, where they are beside this package.
@Suite(.enabled(if: Fixtures.directory != nil, "the fixtures are not beside this package"))
struct FixtureTests {
    private func read(_ name: String) throws -> [UInt8] {
        try File.read(Path.join(try #require(Fixtures.directory), name))
    }

    private func configuration(_ name: String) throws -> SinterConfiguration {
        try SinterConfiguration.read(try read(name), file: name)
    }

    @Test func everyConfigurationIsRead() throws {
        for name in ["exceltest.json", "FlashSizing.json"] {
            let configuration = try configuration(name)
            #expect(configuration.format == .version3)
            #expect(configuration.simulator == .excel)
            #expect(configuration.warnings == [])
            #expect(File.exists(Path.join(try #require(Fixtures.directory), configuration.model.path)))
        }
        #expect(try configuration("exceltest.json").variables.count == 10)
        #expect(try configuration("FlashSizing.json").variables.count == 4)
    }

    @Test func defaultsAreRun() throws {
        let run = try configuration("FlashSizing.json").prepare(SinterRun())
        #expect(run.assignments.map(\.value) == [.string(""), .double(0.15), .double(5)])
    }

    /// The echoed inputs of a recorded run come out as recorded, for the variables that the configuration has.
    @Test func recordedInputsAreToldAsRecorded() throws {
        let configuration = try configuration("exceltest.json")
        let recorded = try JSON.parse(try read("outputs-canonical.json"))
        let all = try SinterRun.read(try read("exceltest-inputs.json"), file: "exceltest-inputs.json")[0]
        let known = SinterRun(values: all.values.filter { configuration.variable($0.name) != nil })
        #expect(known.values.count == 7)
        let run = try configuration.prepare(known)
        let document = OutputsDocument(configuration)
        for (name, value) in document.inputs(run) { #expect(recorded["inputs"]?[name] == value, "\(name)") }
        var outputs: [String: SinterValue] = [:]
        for variable in configuration.outputs {
            let value = try #require(recorded["outputs"]?[variable.name]?["value"]?.doubleValue)
            outputs[variable.name] = .double(value)
        }
        let told = document.outputs(outputs, .okay)
        #expect(told.names == ["BMI.jim", "BMI.joe", "BMI.mama", "status"])
        for (name, value) in told { #expect(recorded["outputs"]?[name] == value, "\(name)") }
    }

    /// Vectors that this configuration does not have are no inputs of it.
    @Test func inputsOfAnotherConfigurationAreNamed() throws {
        let run = try SinterRun.read(try read("exceltest-inputs.json"), file: "exceltest-inputs.json")[0]
        let error = #expect(throws: SinterError.self) { try configuration("exceltest.json").prepare(run) }
        #expect(error?.errors.map(\.variable) == ["height.vector", "weight.vector"])
    }
}

enum Fixtures {
    /// The folder of the shared fixtures, looked for beside the folders above this one.
    static let directory: String? = {
        var path = #filePath
        while path != "/" {
            path = Path.parent(path)
            let candidate = Path.join(path, "shared/fixtures/sinter")
            if File.exists(candidate) { return candidate }
        }
        return nil
    }()
}
