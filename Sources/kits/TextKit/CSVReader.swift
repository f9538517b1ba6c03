/// One cell with the place of its first character.
public struct CSVCell: Sendable, Hashable {
    public let text: String
    public let line: Int
    public let column: Int

    public init(text: String, line: Int, column: Int) {
        self.text = text
        self.line = line
        self.column = column
    }

    public func place(in file: String) -> SourcePlace { SourcePlace(file: file, line: line, column: column) }
}

/// Reads the records of comma-separated text as RFC 4180 has it; lines may end in CR LF or LF alone.
public struct CSVReader {
    private let file: String
    private let bytes: [UInt8]
    private var at: Int
    private var line = 1
    private var column = 1

    /// - Parameter bytes: UTF-8; a byte order mark is passed over.
    public init(_ bytes: [UInt8], file: String) throws(CSVError) {
        self.file = file
        self.bytes = bytes
        at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw CSVError(place: place, reason: "the file is UTF-16. Save it as \"CSV UTF-8\".")
        }
    }

    /// All records.
    public static func records(_ bytes: [UInt8], file: String) throws(CSVError) -> [[CSVCell]] {
        var reader = try CSVReader(bytes, file: file)
        var records: [[CSVCell]] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }

    private var place: SourcePlace { SourcePlace(file: file, line: line, column: column) }

    /// The next record that is not an empty line; nil at the end.
    public mutating func next() throws(CSVError) -> [CSVCell]? {
        while at < bytes.count, takeLineEnd() {}
        guard at < bytes.count else { return nil }
        var cells = [try cell()]
        while at < bytes.count, !takeLineEnd() {
            advance()  // the comma: a cell ends nowhere else
            cells.append(try cell())
        }
        return cells
    }

    private mutating func cell() throws(CSVError) -> CSVCell {
        let start = (line, column)
        let text = peek == UInt8(ascii: "\"") ? try quoted() : try plain()
        return CSVCell(text: text, line: start.0, column: start.1)
    }

    private mutating func plain() throws(CSVError) -> String {
        let start = (at, place)
        while at < bytes.count, bytes[at] != UInt8(ascii: ","), !isAtLineEnd {
            if bytes[at] == UInt8(ascii: "\"") {
                throw CSVError(
                    place: place,
                    reason: "a quote inside a cell. Put the whole cell in quotes and double those within it.")
            }
            advance()
        }
        return try text(bytes[start.0..<at], at: start.1)
    }

    private mutating func quoted() throws(CSVError) -> String {
        let start = place
        var content: [UInt8] = []
        advance()
        while true {
            guard at < bytes.count else {
                throw CSVError(place: start, reason: "the quote that opens here is never closed")
            }
            let byte = bytes[at]
            advance()
            if byte == UInt8(ascii: "\"") {
                guard peek == UInt8(ascii: "\"") else { break }
                advance()
            }
            content.append(byte)
        }
        guard at == bytes.count || bytes[at] == UInt8(ascii: ",") || isAtLineEnd else {
            throw CSVError(
                place: place, reason: "text behind the closing quote. A comma or the end of the line must follow.")
        }
        return try text(content[...], at: start)
    }

    private func text(_ content: ArraySlice<UInt8>, at start: SourcePlace) throws(CSVError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else {
            throw CSVError(place: start, reason: "the cell is not UTF-8. Save the file as \"CSV UTF-8\".")
        }
        return text
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private var isAtLineEnd: Bool {
        bytes[at] == UInt8(ascii: "\n")
            || bytes[at] == UInt8(ascii: "\r") && at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "\n")
            || bytes[at] == UInt8(ascii: "\r") && at + 1 == bytes.count
    }

    private mutating func takeLineEnd() -> Bool {
        guard isAtLineEnd else { return false }
        if bytes[at] == UInt8(ascii: "\r") { advance() }
        if at < bytes.count { advance() }
        return true
    }

    private mutating func advance() {
        if bytes[at] == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if bytes[at] & 0xC0 != 0x80 {
            column += 1
        }
        at += 1
    }
}

/// Why text is not comma-separated, and where.
public struct CSVError: Error, Sendable, Hashable, CustomStringConvertible {
    public let place: SourcePlace
    /// What is wrong and how to write it, without the place.
    public let reason: String

    public var description: String { "\(place): \(reason)" }
}
