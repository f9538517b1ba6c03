import Executors
import FOQUSModel
import FileKit
import Glibc
import JSONKit
import TestSupport
import Testing

/// The examples of programs, run by the real ones and compared with what is known otherwise.
@Suite(.timeLimit(.minutes(2)))
struct ProgramExampleTests {
    private func run(
        _ example: String, _ input: JSON = [:], allowed: [String]? = nil
    ) async throws -> (outcome: Outcome, values: [String: [Double]]) {
        try await Workshop.with { workshop in
            let shop = ProgramShop(workshop: workshop)
            let folder = Engine.example("sinter/\(example)")
            for name in try Directory.files(under: folder) {
                try File.copyNew(from: Path.join(folder, name), to: Path.join(workshop.simulation, name))
            }
            let outcome = await ProgramShop.executor { $0.allowed = allowed }.run(try shop.job(input: input))
            var values: [String: [Double]] = [:]
            for (name, output) in outcome.output?.objectValue ?? [:] {
                let value = output["value"] ?? .null
                values[name] = (value.arrayValue ?? [value]).map { $0.doubleValue ?? .nan }
            }
            return (outcome, values)
        }
    }

    private func isNear(_ left: Double?, _ right: Double, within part: Double) -> Bool {
        guard let left else { return false }
        return abs(left - right) <= part * abs(right)
    }

    // MARK: Octave

    /// A tank's balance is a quadratic equation: k τ c² + c = c0, so c = (√(1 + 4 k τ c0) − 1) / (2 k τ).
    @Test func tanksOfOctaveFollowTheFormula() async throws {
        try Self.needOctave()
        for (input, flow, temperature) in [([:], 0.002, 320), (["flow": 0.01, "T": 340], 0.01, 340)]
            as [(JSON, Double, Double)]
        {
            let (outcome, values) = try await run("octave_cstr", input, allowed: ["octave-cli"])
            let rate = 0.5 * exp(-35000 / (8.31446261815324 * temperature))
            var concentration = 1000.0
            for (tank, volume) in [1.0, 1, 2].enumerated() {
                let number = rate * volume / flow
                concentration = (sqrt(1 + 4 * number * concentration) - 1) / (2 * number)
                let found = values["concentration"]?[tank]
                #expect(isNear(found, concentration, within: 1e-9), "\(outcome)")
            }
            #expect(isNear(values["conversion"]?[0], 1 - concentration / 1000, within: 1e-9))
            #expect(isNear(values["k"]?[0], rate, within: 1e-12) && values["status"] == [0])
        }
        #expect(try await run("octave_cstr", ["T": 360]).values["status"] == [2])
        // Behind a tank there cannot be less than nothing.
        let failed = try await run("octave_cstr", ["feed.concentration": -1]).outcome
        #expect(failed.output == ["status": ["units": "", "value": 9]])
        #expect(
            failed.failure?.hasPrefix("the program did not converge: no steady state in tank 1") == true, "\(failed)")
    }

    private static func needOctave() throws {
        guard ["/usr/bin", "/usr/local/bin"].contains(where: { File.exists(Path.join($0, "octave-cli")) }) else {
            throw TestSupportError(
                """
                octave-cli is missing, and this test runs a real one. Install it with
                    bash -c 'source script/lib/common.sh && source script/lib/simulators.sh && ensure_octave'
                """)
        }
    }

    // MARK: Cantera

    /// Textbooks have 2225 K for methane in air at 25 degC and 1 atm. Burning keeps enthalpy and elements.
    @Test func theFlameOfCanteraIsAsHotAsKnown() async throws {
        let python = try Self.canteraPython()
        let (outcome, values) = try await run("cantera_flame", allowed: [python])
        let x = { (name: String) in values["x.\(name)"]?[0] ?? .nan }
        #expect(abs((values["T.flame"]?[0] ?? .nan) - 2225) < 1, "\(outcome)")
        #expect(isNear(values["h.after"]?[0], values["h.before"]?[0] ?? .nan, within: 1e-6))
        // CH4 + 2 (O2 + 3.76 N2): an atom of carbon comes with 15.04 of nitrogen.
        #expect(isNear((2 * x("N2") + x("NO")) / (x("CO2") + x("CO")), 15.04, within: 1e-3))
        #expect(values["species"] == [53])
        // Twice as much air as is needed: much colder, hardly any CO.
        let lean = try await run("cantera_flame", ["phi": 0.5], allowed: [python]).values
        #expect(abs((lean["T.flame"]?[0] ?? .nan) - 1480) < 10, "\(lean)")
        #expect((lean["x.CO"]?[0] ?? .nan) < 1e-4)
    }

    @Test func whatCanteraRefusesIsTold() async throws {
        let hasty = try await run("cantera_flame", ["steps": 1], allowed: [try Self.canteraPython()]).outcome
        #expect(hasty.output == ["status": ["units": "", "value": 9]], "\(hasty)")
        let failure = try await run("cantera_flame", ["fuel": "XYZ:1"], allowed: [try Self.canteraPython()]).outcome
            .failure
        #expect(failure?.contains("exit status 1") == true && failure?.contains("XYZ") == true, "\(failure ?? "")")
    }

    private static func canteraPython() throws -> String {
        let python =
            getenv("FOQUS_SINTER_PYTHON").map { String(cString: $0) }
            ?? Path.join(Engine.package, ".build/sinter-venv/bin/python3")
        guard File.exists(python) else {
            throw TestSupportError(
                """
                \(python) is missing, and this test runs the real Cantera. Make it with
                    bash -c 'source script/lib/python-env.sh && ensure_sinter_python .build'
                or name a Python with Cantera in FOQUS_SINTER_PYTHON.
                """)
        }
        return python
    }

    // MARK: a deck in fixed columns

    /// Slow flow, by Hagen and Poiseuille: 128 μ L Q / (π d⁴).
    @Test func slowFlowFollowsTheFormula() async throws {
        let (outcome, values) = try await run("fixed_pipe", ["flow": 1e-5])
        var total = 0.0
        for (pipe, (length, diameter)) in [(100.0, 0.1), (40, 0.08)].enumerated() {
            let drop = 128 * 1.002e-3 * length * 1e-5 / (.pi * pow(diameter, 4))
            #expect(isNear(values["drops"]?[pipe], drop, within: 1e-7), "\(outcome)")
            total += drop
        }
        #expect(isNear(values["drop"]?[0], total, within: 1e-7) && values["status"] == [0])
    }

    /// What Colebrook and White say of the friction factor: 1/√f = −2 log10(ε/3.7d + 2.51/(Re √f)).
    @Test func fastFlowSatisfiesItsEquation() async throws {
        let values = try await run("fixed_pipe").values
        for (pipe, diameter) in [0.1, 0.08].enumerated() {
            let (reynolds, friction) = (values["Re"]?[pipe] ?? .nan, values["f"]?[pipe] ?? .nan)
            #expect(isNear(reynolds, 4 * 998.2 * 0.01 / (.pi * diameter * 1.002e-3), within: 1e-7))
            let right = -2 * log10(4.5e-5 / (3.7 * diameter) + 2.51 / (reynolds * sqrt(friction)))
            #expect(isNear(1 / sqrt(friction), right, within: 1e-6))
        }
    }

    @Test func theReportSaysHowItWent() async throws {
        #expect(try await run("fixed_pipe", ["flow": 2.4e-4]).values["status"] == [2])
        let failed = try await run("fixed_pipe", ["iterations": 1]).outcome
        #expect(failed.output == ["status": ["units": "", "value": 9]])
        let message = "the program did not converge: *** NO CONVERGENCE IN 1 ITERATIONS ***"
        #expect(failed.failure?.hasPrefix(message) == true, "\(failed)")
    }
}
