import Testing

@testable import UnitsKit

struct Conversion: Sendable {
    let value: Double
    let from: String
    let to: String
    let expected: Double

    init(_ value: Double, _ from: String, _ to: String, _ expected: Double) {
        self.value = value
        self.from = from
        self.to = to
        self.expected = expected
    }
}

@Suite struct UnitSystemTests {
    private func convert(_ value: Double, _ from: String, _ to: String) throws -> Double {
        try UnitSystem.shared.converter(from: from, to: to).convert(value)
    }

    /// As UDUNITS 2.2.28 gave them to the first version of the format, to the last bit.
    @Test(arguments: [
        (212.0, "degF", "degC", 100.00000000000004), (100, "degC", "degF", 211.99999999999986),
        (-273.15, "degC", "K", 0), (0, "degC", "K", 273.15), (100, "degC", "K", 373.15),
    ])
    func recordedConversionsAreReproduced(_ value: Double, _ from: String, _ to: String, _ expected: Double) throws {
        #expect(try convert(value, from, to) == expected)
    }

    private static let byHand: [Conversion] = [
        Conversion(1.0, "lbmol/hr", "kmol/hr", 0.45359237),
        Conversion(1, "lbmol/lbmol", "1/1", 1),
        Conversion(5, "min", "s", 300),
        Conversion(1, "psia", "Pa", 0.45359237 * 9.80665 / (0.0254 * 0.0254)),
        Conversion(0, "psig", "atm", 1),
        Conversion(0, "psig", "psia", 14.695948775513449),
        Conversion(1, "barg", "bar", 2.01325),
        Conversion(100, "kPag", "kPa", 201.325),
        Conversion(-1013.25, "mbarg", "Pa", 0),
        Conversion(2, "atmg", "atm", 3),
        Conversion(1, "sqft", "m2", 0.09290304),
        Conversion(1, "cuft", "m3", 0.028316846592),
        Conversion(1, "cum/hr", "m3/s", 1 / 3600.0),
        Conversion(1, "MMBtu/hr", "kW", 1055.05585262e6 / 3600 / 1000),
        Conversion(1, "MMkcal/hr", "kcal/hr", 1e6),
        Conversion(1, "kWh", "MJ", 3.6),
        Conversion(1, "gpm", "cm3/s", 231 * 16.387064 / 60),
        Conversion(1, "inH2O", "mmH2O", 25.4),
        Conversion(1, "cP", "Pa.s", 0.001),
        Conversion(1, "kscf/hr", "scf/hr", 1000),
        Conversion(1, "Mscf", "scf", 1000),
        Conversion(1, "MMscfd", "Mscfd", 1000),
        Conversion(60, "rpm", "rev/s", 1),
        Conversion(25, "C", "degF", 77),
        Conversion(77, "F", "C", 25),
        Conversion(491.67, "R", "K", 273.15),
        Conversion(1, "Watt", "J/s", 1),
        Conversion(1, "lbmol", "scf", 379.4841),
        Conversion(1, "kmol", "Nm3", 22.41396954),
        Conversion(1, "Nm^3/hr", "Sm3/hr", 288.15 / 273.15),
    ]

    /// By hand, from the definitions of the units; those of gases to all the digits of textbooks.
    @Test(arguments: byHand) func fieldUnitsAreRight(_ wanted: Conversion) throws {
        let result = try convert(wanted.value, wanted.from, wanted.to)
        #expect(abs(result - wanted.expected) <= 1e-7 * max(1, abs(wanted.expected)), "\(result)")
    }

    @Test(arguments: [
        ("degF", "K"), ("psig", "Pa"), ("lbmol/hr", "mol/s"), ("MMBtu/hr", "kW"), ("scf", "Nm3"), ("cuft", "m3"),
    ])
    func thereAndBackIsWhereItBegan(_ from: String, _ to: String) throws {
        let there = try UnitSystem.shared.converter(from: from, to: to)
        let back = try UnitSystem.shared.converter(from: to, to: from)
        for exponent in -6...9 {
            for value in [1.0, -2.7, 3.3].map({ $0 * Double(sign: .plus, exponent: exponent * 3, significand: 1) }) {
                // The offsets of temperatures and gauge pressures are at most some hundreds.
                #expect(abs(back.convert(there.convert(value)) - value) <= 1e-15 * max(1000, abs(value)))
            }
        }
    }

    /// The numbers in the table are the nearest doubles of p V / (R T).
    @Test func gasAmountsFollowFromTheGasLaw() throws {
        let gasConstant = 8.31446261815324
        let amounts = [
            ("scf", 0.3048 * 0.3048 * 0.3048, 519.67 / 1.8), ("scm", 1, 288.15), ("ncm", 1, 273.15),
        ]
        for (unit, volume, temperature) in amounts {
            let expected = 101325 * volume / (gasConstant * temperature)
            #expect(abs(try convert(1, unit, "mol") / expected - 1) < 1e-15, "\(unit)")
        }
    }

    @Test func nothingOfTheDatabaseIsRedefined() {
        // UT_EXISTS would have made reading fail; prefixes could still have given the word a meaning.
        let words = FieldUnits.definitions.flatMap(\.symbols)
        #expect(Set(words).count == words.count)
        #expect(throws: Never.self) { try UnitSystem().load() }
    }

    @Test(arguments: [
        ("furlongg", "the unit 'furlongg' is not known"),
        ("kg/F", nil), ("", "'' is not a unit: it is empty"), ("  ", "'  ' is not a unit: it is empty"),
        ("12", "'12' is not a unit: it is a number"),
        ("kg/", "'kg/' is not a unit: units are written as kg/s, m3/hr or W.m-2.K-1"),
        ("mol/kg solid", "the unit 'mol/kg solid' is not known"),
        ("m\u{0}", "'m\u{0}' is not a unit: it has control characters"),
        (
            "Btu/lbmol-R",
            "'Btu/lbmol-R' is not a unit: '-' after '/' multiplies to some and divides to others; write Btu/(lbmol.R) or the like"
        ),
    ])
    func whatIsNoUnitIsSaidToBeNone(_ text: String, _ message: String?) {
        var failure: UnitsError?
        do throws(UnitsError) { try UnitSystem.shared.check(text) } catch { failure = error }
        #expect(failure?.description == message)
    }

    @Test(arguments: ["kg-m/s2", "m/s-1", "J/(kg-K)", "W.m-2.K-1", "W/m2/K", " kg "])
    func dashesThatAreClearStay(_ text: String) throws { try UnitSystem.shared.check(text) }

    @Test func incompatibleUnitsAreNamed() {
        func message(_ from: String, _ to: String) -> String? {
            do throws(UnitsError) { _ = try UnitSystem.shared.converter(from: from, to: to) } catch {
                return "\(error)"
            }
            return nil
        }
        #expect(message("kg", "m") == "'kg' cannot be converted to 'm': they measure different things")
        #expect(message("W/m2/F", "W/m2/K")?.hasSuffix("within a compound F is the farad: write degF") == true)
        #expect(message("kscf/hr", "m3/hr")?.contains("amount of gas, not a volume") == true)
    }

    @Test func aMissingDatabaseIsAnErrorEachTime() {
        let system = UnitSystem(path: "/nonexistent/units.xml")
        for _ in 0..<2 {
            let error = #expect(throws: UnitsError.self) { try system.check("m") }
            #expect(
                error?.description.hasPrefix(
                    "the database of units cannot be read (/nonexistent/units.xml cannot be opened)") == true)
        }
    }

    @Test func manyThreadsShareOneSystem() async throws {
        let sum = try await withThrowingTaskGroup(of: Double.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let units = [("degF", "degC"), ("psig", "bar"), ("lbmol/hr", "mol/s")]
                    let (from, to) = units[index % units.count]
                    return try UnitSystem.shared.converter(from: from, to: to).convert(0)
                }
            }
            return try await group.reduce(0, +)
        }
        let expected = 22 * (try convert(0, "degF", "degC")) + 21 * 1.01325
        #expect(abs(sum - expected) < 1e-9)
    }
}
