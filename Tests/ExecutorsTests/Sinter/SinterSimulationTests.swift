import FileKit
import JSONKit
import Sinter
import TestSupport
import Testing

@testable import Executors

/// Which file of a simulation is its configuration, and what becomes of a job's input by it.
struct SinterSimulationTests {
    private static func configuration(_ title: String) -> String {
        """
        {"title": "\(title)", "description": "", "author": "", "date": "", "config-version": "1.0",
         "filetype": "sinterconfig", "filetype-version": 0.3, "application": {"name": "Excel"}, "model": {"file": "m.xlsx"},
         "input-files": [], "inputs": {
           "T": {"path": ["S$A$1"], "type": "double", "default": 20, "units": "degC", "description": ""}},
         "outputs": {"y": {"path": ["S$A$2"], "type": "double", "units": "m", "description": ""}}}
        """
    }

    private func simulation(_ files: [String: String]) throws -> Result<SinterSimulation, SimulationError> {
        let folder = try TemporaryDirectory()
        defer { try? folder.remove() }
        for (name, text) in files { try File.writeAtomically(Array(text.utf8), to: Path.join(folder.path, name)) }
        do throws(SimulationError) { return .success(try SinterSimulation(directory: folder.path)) } catch {
            return .failure(error)
        }
    }

    @Test(arguments: [
        ["tank.json": configuration("a"), "inputs.json": "[{}]", "notes.txt": "hello"],
        ["sinter_configuration.txt": configuration("a"), "other.json": configuration("b")],
        ["configuration": configuration("a"), "other.json": configuration("b")],
    ])
    func isFound(files: [String: String]) throws {
        let found = try simulation(files).get()
        #expect(found.configuration.title == "a")
        #expect(files.keys.contains(found.file))
    }

    @Test(arguments: [
        (["m.xlsx": ""], "no Sinter configuration: upload it"),
        (["a.json": "{}", "b.json": "[]"], "among a.json, b.json"),
        (
            ["a.json": configuration("a"), "b.json": configuration("b")],
            "several Sinter configurations: a.json, b.json"
        ),
        (["a.json": "{\n\"title\": 3"], "a.json, line 2"),
    ])
    func orItIsSaidWhy(files: [String: String], words: String) throws {
        guard case .failure(let error) = try simulation(files) else {
            Issue.record("one was found")
            return
        }
        #expect(error.description.contains(words), "\(error)")
    }

    @Test(arguments: [(["x.xlsx", "sub/a.json"], false), (["a.JSON"], true), (["configuration"], true)])
    func namesAloneTellWhetherThereCanBeOne(files: [String], isOne: Bool) {
        var refusal: SimulationError?
        do throws(SimulationError) { try SinterSimulation.verify(files, of: "tank") } catch { refusal = error }
        #expect((refusal == nil) == isOne)
    }

    @Test func anInputIsConvertedAndCompleted() throws {
        let found = try simulation(["a.json": Self.configuration("a")]).get()
        #expect(try found.prepare([:]).input == ["T": 20.0])
        let fahrenheit: JSON = [
            "filetype": "sinterinputs", "version": 0.2, "inputs": ["t": ["value": 212, "units": "degF"]],
        ]
        #expect(try found.prepare(fahrenheit).input["T"]?.doubleValue.map { abs($0 - 100) < 1e-9 } == true)
        let error = #expect(throws: SimulationError.self) { try found.prepare(["T": "warm", "U": 1]) }
        #expect(error?.description.contains("T: ") == true && error?.description.contains("U: ") == true)
    }
}
