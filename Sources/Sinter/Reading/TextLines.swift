import TextKit

/// The lines of the first format that say something.
struct TextLines {
    struct Line {
        let fields: [String]
        fileprivate let file: String
        fileprivate let number: Int
        fileprivate let columns: [Int]

        /// A field, or nothing where there are fewer.
        subscript(index: Int) -> String { fields.indices.contains(index) ? fields[index] : "" }

        func place(_ field: Int) -> SourcePlace {
            SourcePlace(file: file, line: number, column: columns[min(field, columns.count - 1)])
        }
    }

    private let lines: [Line]
    private var at = 0

    init(_ text: SinterText) {
        let content = String(decoding: text.bytes, as: UTF8.self).unicodeScalars.filter {
            $0 != "\u{FEFF}" && $0 != "\r"
        }
        lines = content.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
            number, line in
            let visible = line.filter { !$0.properties.isWhitespace }
            // A rule of dashes is found in public files.
            guard let first = visible.first, first != "#", !visible.allSatisfy({ $0 == "-" || $0 == "=" }) else {
                return nil
            }
            var fields: [String] = []
            var columns: [Int] = []
            var column = 1
            for field in line.split(separator: "|", omittingEmptySubsequences: false) {
                fields.append(String(field).trimmingBlanks)
                columns.append(column + field.prefix { $0.properties.isWhitespace }.count)
                column += field.count + 1
            }
            return Line(fields: fields, file: text.file, number: number + 1, columns: columns)
        }
    }

    mutating func next() -> Line? {
        guard at < lines.count else { return nil }
        at += 1
        return lines[at - 1]
    }

    /// The next line if it has so many fields.
    mutating func next(ofFields count: Int) -> Line? {
        guard at < lines.count, lines[at].fields.count == count else { return nil }
        return next()
    }
}

extension String {
    /// Without white space at both ends.
    var trimmingBlanks: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}

extension Array {
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
