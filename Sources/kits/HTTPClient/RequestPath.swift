/// A path below the base address, with its query; what is put in is percent-encoded (RFC 3986, section 2.1).
public struct RequestPath: Sendable, CustomStringConvertible {
    public private(set) var description: String

    /// - Parameter segments: each becomes one segment of the path.
    public init(_ segments: String...) {
        description = segments.map { "/" + Self.encoded($0) }.joined()
    }

    /// Adds segments that are divided by slashes.
    public func appending(path: some CustomStringConvertible) -> RequestPath {
        var copy = self
        for part in path.description.split(separator: "/") { copy.description += "/" + Self.encoded(String(part)) }
        return copy
    }

    /// Sets the query; nil values stay away.
    public func query(_ items: KeyValuePairs<String, String?>) -> RequestPath {
        var copy = self
        var mark = "?"
        for (name, value) in items {
            guard let value else { continue }
            copy.description += "\(mark)\(name)=\(Self.encoded(value))"
            mark = "&"
        }
        return copy
    }

    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        var encoded = String.UnicodeScalarView()
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(Unicode.Scalar(byte))
            default: encoded.append(contentsOf: ["%", digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        return String(encoded)
    }
}
