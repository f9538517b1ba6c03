/// How many columns text takes in a terminal.
enum DisplayWidth {
    static func of(_ text: String) -> Int { text.reduce(0) { $0 + of($1) } }

    /// 2 for East Asian wide characters and emoji (Unicode Standard Annex 11, the large blocks), else 1.
    static func of(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
            0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
            return 2
        default: return 1
        }
    }

    /// `text`, or as much of it as fits into `width` columns with an ellipsis.
    static func truncate(_ text: String, to width: Int) -> String {
        guard of(text) > width else { return text }
        guard width > 0 else { return "" }
        var (kept, used) = ("", 0)
        for character in text {
            guard used + of(character) <= width - 1 else { break }
            kept.append(character)
            used += of(character)
        }
        return kept + "…"
    }
}
