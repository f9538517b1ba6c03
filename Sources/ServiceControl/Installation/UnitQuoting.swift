/// Words of unit files (systemd.syntax(7), systemd.service(5)).
enum UnitQuoting {
    /// A word as it is to arrive: no specifier, no variable.
    static func word(_ text: String) -> String { quoted(text, keepingVariables: false) }

    /// A word of a command line that systemd had read already, in which variables are still to be replaced.
    static func readWord(_ text: String) -> String { quoted(text, keepingVariables: true) }

    /// `"NAME=value"` for `Environment=`, which replaces no variables.
    static func assignment(_ name: String, _ value: String) -> String {
        quoted("\(name)=\(value)", keepingVariables: true, always: true)
    }

    private static func quoted(_ text: String, keepingVariables: Bool, always: Bool = false) -> String {
        var quoted = ""
        var isPlain = !always && !text.isEmpty
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": quoted += "%%"
            case "$" where !keepingVariables: quoted += "$$"
            case "\"", "\\":
                quoted += "\\\(scalar)"
                isPlain = false
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\x" + (digits.count < 2 ? "0" : "") + digits
                isPlain = false
            default:
                quoted.unicodeScalars.append(scalar)
                if scalar == " " || scalar == "'" || scalar == ";" { isPlain = false }
            }
        }
        return isPlain ? quoted : "\"\(quoted)\""
    }
}
