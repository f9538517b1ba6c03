import Testing
import TextKit

@Suite struct NumberFormatTests {
    @Test(
        arguments: [
            ("%10.4f", 3.14159265, "    3.1416"), ("%e", 1234.5, "1.234500e+03"), ("%.0f", 2.5, "2"), ("%+d", 7, "+7"),
            ("%05d", 42, "00042"), ("%G", 1e-10, "1E-10"), ("%.f", 1.5, "2"), ("%-6d", 3, "3     "),
            ("%d", 1.5, nil), ("%i", 1e300, nil),
        ] as [(String, Double, String?)])
    func numbers(format: String, value: Double, text: String?) {
        #expect(NumberFormat(format)?.text(value) == text)
    }

    @Test func theLongestNumberIsWhole() {
        #expect(NumberFormat("%f")?.text(-Double.greatestFiniteMagnitude)?.count == 317)
        #expect(NumberFormat("%1000.100f")?.text(1.0)?.count == 1000)
        #expect(NumberFormat("%.100f")?.text(Double.greatestFiniteMagnitude)?.count == 410)
    }

    @Test func texts() {
        #expect(NumberFormat("%6s")?.text("ab") == "    ab")
        #expect(NumberFormat("%-6s")?.text("äb") == "äb    ")
        #expect(NumberFormat("%.2s")?.text("abcd") == "ab")
        #expect(NumberFormat("%s")?.isForText == true)
    }

    @Test(arguments: [
        "", "%", "f", "%x", "%ld", "%*d", "%1001d", "%.101f", "%1.2.3f", "%n", "%5", "%99999999999999999999d",
        "%-8.2fx",
    ])
    func whatIsNoConversionIsNone(text: String) { #expect(NumberFormat(text) == nil) }
}
