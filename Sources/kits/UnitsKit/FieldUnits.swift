/// Units of process engineering that the database of UDUNITS-2 lacks, in terms of those that it has.
///
/// Every number is exact by definition unless its comment says otherwise. Sources: NIST Special Publication 811 (2008),
/// appendix B, for customary units; Handbook 44 for gallon and barrel; CGPM 1954 for the standard atmosphere of
/// 101325 Pa; the SI of 2019 for the gas constant.
enum FieldUnits {
    struct Definition: Sendable {
        let symbols: [String]
        let text: String
    }

    /// In an order in which each only uses what comes before.
    static let definitions: [Definition] = [
        // The pound-mole is as many moles as the pound, 0.45359237 kg, has grams.
        define("453.59237 mol", "lbmol", "lbmole"), define("mol", "gmol", "gmole"),
        define("1000 mol", "kgmol", "kgmole"),

        define("lb", "lbm"),

        // Areas and volumes as Aspen writes them.
        define("m2", "sqm"), define("cm2", "sqcm"), define("ft2", "sqft"), define("in2", "sqin"),
        define("m3", "cum"), define("cm3", "cucm"), define("ft3", "cuft"), define("in3", "cuin"),
        // The gallon of the United States is 231 cubic inches, and a barrel 42 of it. To UDUNITS gal is an acceleration,
        // and its gallon is rounded to seven digits.
        define("231 in3", "USgal"), define("USgal/min", "gpm"), define("42 USgal/day", "bpd"),
        // Cubic feet a minute at the conditions of the stream.
        define("ft3/min", "cfm", "acfm"),

        // Absolute pressures: a trailing a says that zero is the vacuum, which is so without it.
        define("psi", "psia"), define("bar", "bara"), define("kPa", "kPaa"), define("MPa", "MPaa"),
        define("atm", "atma"), define("lbf/ft2", "psf"),
        // Conventional millimetres and inches of water: 1000 kg/m3 and the standard gravity of 9.80665 m/s2.
        define("9.80665 Pa", "mmH2O"), define("249.08891 Pa", "inH2O"),

        // Gauge pressures: above the standard atmosphere, whatever the weather, so 0 psig = 1 atm. The origin of psig is
        // 101325 Pa in pounds-force a square inch, 0.45359237 kg × 9.80665 m/s2 / (0.0254 m)2: the nearest double.
        define("psi @ 14.695948775513449", "psig"), define("bar @ 1.01325", "barg"), define("mbar @ 1013.25", "mbarg"),
        define("Pa @ 101325", "Pag"), define("kPa @ 101.325", "kPag"), define("MPa @ 0.101325", "MPag"),
        define("atm @ 1", "atmg"),

        // The field's MM is a million; UDUNITS takes one prefix only. What has a single M is left to the SI's mega:
        // MBtu and Mlb are 10^6.
        define("1e6 Btu", "MMBtu", "MMBTU", "mmBtu"), define("1e6 kcal", "MMkcal"), define("1e6 cal", "MMcal"),
        define("3600 J", "Wh"),

        // Amounts of gas. A standard cubic foot is the gas that fills one at 60 degF and 1 atm, a standard cubic metre at
        // 15 degC and 1 atm (ISO 13443), a normal one at 0 degC and 1 atm. That is an amount of substance, p V / (R T) of
        // the ideal gas with R = 8.31446261815324 J/(mol K): they convert to each other and to moles, and not to the
        // volume that the gas takes elsewhere. Nearest doubles.
        define("1.1952869398618753 mol", "scf", "SCF"),
        // Of these M is the field's thousand, as nobody has meant another: without the line it would be mega.
        define("1e3 scf", "Mscf", "MSCF"), define("1e6 scf", "MMscf", "MMSCF"),
        define("scf/min", "scfm", "SCFM"), define("scf/hr", "scfh", "SCFH"), define("scf/day", "scfd", "SCFD"),
        define("1e3 scf/day", "Mscfd", "MSCFD"), define("1e6 scf/day", "MMscfd", "MMSCFD", "mmscfd"),
        define("42.292543379157436 mol", "scm"), define("scm/hr", "scmh"),
        define("44.615033405470314 mol", "ncm"), define("ncm/hr", "ncmh"),

        define("0.01 poise", "cP"), define("2 pi rad", "rev"), define("1", "dimensionless", "unitless"),
    ]

    /// Words that UDUNITS takes apart before it looks them up: a number behind letters is a power to it.
    static let words = ["Nm3": "ncm", "Nm^3": "ncm", "Sm3": "scm", "Sm^3": "scm"]

    /// What Aspen and its users call temperatures. Only as a whole text: within a compound these are coulomb, farad and
    /// roentgen.
    static let temperatures = ["C": "degC", "F": "degF", "R": "degR"]

    private static func define(_ text: String, _ symbols: String...) -> Definition {
        Definition(symbols: symbols, text: text)
    }
}
