/// JSON Lines: one compact JSON text a line.
public enum JSONLines {
    /// Parses every line that holds more than white space. Errors name the line within `bytes`.
    public static func parse(
        _ bytes: [UInt8], options: JSON.ParseOptions = .strict, maxDepth: Int = 512
    ) throws(JSONError) -> [JSON] {
        var values: [JSON] = []
        var start = 0
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        {
            defer { start += line.count + 1 }
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            do throws(JSONError) {
                values.append(try JSON.parse(line, options: options, maxDepth: maxDepth))
            } catch {
                throw error.moved(lines: number, bytes: start)
            }
        }
        return values
    }

    /// Each value on a line of its own, the last line ended too.
    public static func serialized(_ values: some Sequence<JSON>) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in values {
            value.write(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
