/// Comma-separated text as RFC 4180 has it.
public enum CSVWriter {
    /// Appends one record. Cells with commas, quotes or line ends are quoted.
    ///
    /// - Parameter lineEnd: what programs that know lines of Unix only are given differs from the standard.
    public static func append(_ cells: [String], to bytes: inout [UInt8], lineEnd: String = "\r\n") {
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            if cell.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) {
                bytes.append(UInt8(ascii: "\""))
                for byte in cell.utf8 {
                    if byte == UInt8(ascii: "\"") { bytes.append(byte) }
                    bytes.append(byte)
                }
                bytes.append(UInt8(ascii: "\""))
            } else {
                bytes.append(contentsOf: cell.utf8)
            }
        }
        bytes.append(contentsOf: lineEnd.utf8)
    }
}
