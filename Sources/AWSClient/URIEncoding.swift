/// Percent-encoding as AWS signs it: all but letters, digits, `-`, `.`, `_` and `~`, upper-case digits
/// (Signature Version 4, "UriEncode").
enum URIEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// A query's name or value, or a path when `keepingSlashes`.
    static func encode(_ text: String, keepingSlashes: Bool = false) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        append(text, to: &encoded) { $0 == UInt8(ascii: "/") && keepingSlashes ? $0 : nil }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// A form's parameters, in their order. A form writes a blank as plus, and a server that rebuilds the body to check
    /// its signature does so too.
    static func form(_ parameters: [(name: String, value: String)]) -> [UInt8] {
        var encoded: [UInt8] = []
        // JSON in a form: about each fourth character takes three bytes.
        encoded.reserveCapacity(parameters.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count * 2 + 2 })
        for (name, value) in parameters {
            if !encoded.isEmpty { encoded.append(UInt8(ascii: "&")) }
            append(name, to: &encoded) { $0 == UInt8(ascii: " ") ? UInt8(ascii: "+") : nil }
            encoded.append(UInt8(ascii: "="))
            append(value, to: &encoded) { $0 == UInt8(ascii: " ") ? UInt8(ascii: "+") : nil }
        }
        return encoded
    }

    /// - Parameter special: what stands for a byte that would be encoded; nil for its code.
    @inline(__always)
    private static func append(_ text: String, to encoded: inout [UInt8], special: (UInt8) -> UInt8?) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                if let replacement = special(byte) {
                    encoded.append(replacement)
                } else {
                    encoded.append(UInt8(ascii: "%"))
                    encoded.append(digits[Int(byte >> 4)])
                    encoded.append(digits[Int(byte & 15)])
                }
            }
        }
    }

    /// The query's parameters in the order in which they are signed, which serves as the query too.
    static func query(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { (encode($0.name), encode($0.value)) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    /// A path without `.` and `..` (RFC 3986, section 5.2.4) and without empty segments.
    static func normalized(_ path: String) -> String {
        var kept: [Substring.UTF8View] = []
        let segments = path.utf8.split(separator: UInt8(ascii: "/"))
        for segment in segments {
            if segment.elementsEqual("..".utf8) {
                _ = kept.popLast()
            } else if !segment.elementsEqual(".".utf8) {
                kept.append(segment)
            }
        }
        // What ends in a slash or in a dot segment names a folder.
        let last = segments.last.map { String(Substring($0)) }
        let isFolder = path.utf8.last == UInt8(ascii: "/") || last == "." || last == ".."
        let text = kept.map { String(Substring($0)) }.joined(separator: "/")
        return "/" + text + (isFolder && !kept.isEmpty ? "/" : "")
    }
}
