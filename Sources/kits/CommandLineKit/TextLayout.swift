/// Wraps text for a terminal.
enum TextLayout {
    /// Paragraphs filled to `width` columns. Empty lines separate paragraphs; lines that begin with a space stay as they are.
    static func wrap(_ text: String, width: Int, indent: Int = 0) -> [String] {
        let margin = String(repeating: " ", count: indent)
        return blocks(text).flatMap { block -> [String] in
            switch block {
            case .empty: [""]
            case .verbatim(let line): [margin + line]
            case .paragraph(let words): fill(words, width: max(10, width - indent)).map { margin + $0 }
            }
        }
    }

    /// Terms on the left, explanations wrapped on the right. A term too wide for its column has a line of its own.
    static func columns(_ rows: [(term: String, text: String)], width: Int, indent: Int = 2) -> [String] {
        let limit = min(30, width / 2)
        let fitting = rows.map { DisplayWidth.of($0.term) }.filter { $0 <= limit - indent - 2 }
        let column = indent + (fitting.max() ?? 0) + 2
        return rows.flatMap { row -> [String] in
            let term = String(repeating: " ", count: indent) + row.term
            var lines = wrap(row.text, width: width, indent: column)
            guard DisplayWidth.of(term) + 2 <= column, let first = lines.first else { return [term] + lines }
            let gap = String(repeating: " ", count: column - DisplayWidth.of(term))
            lines[0] = term + gap + first.dropFirst(column)
            return lines
        }
    }

    enum Block: Equatable {
        case empty
        case verbatim(String)
        case paragraph([Substring])
    }

    static func blocks(_ text: String) -> [Block] {
        var blocks: [Block] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(separator: " ")
            if words.isEmpty {
                blocks.append(.empty)
            } else if line.hasPrefix(" ") {
                blocks.append(.verbatim(String(line)))
            } else if case .paragraph(let earlier) = blocks.last {
                blocks[blocks.count - 1] = .paragraph(earlier + words)
            } else {
                blocks.append(.paragraph(words))
            }
        }
        return text.isEmpty ? [] : blocks
    }

    private static func fill(_ words: [Substring], width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in words {
            if !line.isEmpty, DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " " + word
        }
        return lines + (line.isEmpty ? [] : [line])
    }
}
