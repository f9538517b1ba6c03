extension JSON {
    /// Which numbers the parser takes.
    public enum ParseOptions: Sendable {
        /// RFC 8259 and nothing else.
        case strict
        /// Also the bare words `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes.
        case lenientNumbers
    }

    /// Parses exactly one JSON text in UTF-8.
    ///
    /// Refused besides what the grammar refuses: invalid UTF-8, a byte order mark, lone surrogates, numbers beyond the
    /// range of a double, nesting deeper than `maxDepth`. Of members with the same key the last value is kept, at the
    /// place of the first.
    /// - Parameter maxDepth: how many arrays and objects may be open at a time.
    public static func parse(
        _ bytes: some Sequence<UInt8>, options: ParseOptions = .strict, maxDepth: Int = 512
    ) throws(JSONError) -> JSON {
        let parse = { (buffer: UnsafeBufferPointer<UInt8>) -> Result<JSON, JSONError> in
            do throws(JSONError) {
                var parser = JSONParser(buffer, options: options, maxDepth: maxDepth)
                return .success(try parser.document())
            } catch {
                return .failure(error)
            }
        }
        let outcome = bytes.withContiguousStorageIfAvailable(parse) ?? Array(bytes).withUnsafeBufferPointer(parse)
        return try outcome.get()
    }

    /// Parses exactly one JSON text.
    public static func parse(
        _ text: String, options: ParseOptions = .strict, maxDepth: Int = 512
    ) throws(JSONError) -> JSON {
        try parse(text.utf8, options: options, maxDepth: maxDepth)
    }
}

/// A recursive descent over the bytes. `at` is always within `0...count`.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let options: JSON.ParseOptions
    var at = 0
    private var depthLeft: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, options: JSON.ParseOptions, maxDepth: Int) {
        self.bytes = bytes
        self.options = options
        depthLeft = maxDepth
    }

    mutating func document() throws(JSONError) -> JSON {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw error(.unexpectedByte, "a byte order mark; JSON is plain UTF-8 without one")
        }
        let value = try value()
        skipSpace()
        if at < bytes.count { throw error(.trailingBytes, "expected the end of the text but found \(found)") }
        return value
    }

    private mutating func value() throws(JSONError) -> JSON {
        skipSpace()
        switch peek {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N") where options == .lenientNumbers: return try word("NaN", .number(.nan))
        case UInt8(ascii: "I") where options == .lenientNumbers: return try word("Infinity", .number(.infinity))
        default: throw unexpected("a value")
        }
    }

    private mutating func array() throws(JSONError) -> [JSON] {
        try open()
        var items: [JSON] = []
        if !closes(UInt8(ascii: "]")) {
            repeat { items.append(try value()) } while try continues(until: UInt8(ascii: "]"))
        }
        depthLeft += 1
        return items
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        try open()
        var object = JSONObject()
        if !closes(UInt8(ascii: "}")) {
            repeat {
                skipSpace()
                guard peek == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
                let key = try string()
                skipSpace()
                guard peek == UInt8(ascii: ":") else { throw unexpected("':' after the key") }
                at += 1
                object[key] = try value()
            } while try continues(until: UInt8(ascii: "}"))
        }
        depthLeft += 1
        return object
    }

    private mutating func open() throws(JSONError) {
        if depthLeft == 0 { throw error(.tooDeep, "arrays and objects are nested too deep") }
        depthLeft -= 1
        at += 1
    }

    /// Takes `closer` if it comes next.
    private mutating func closes(_ closer: UInt8) -> Bool {
        skipSpace()
        guard peek == closer else { return false }
        at += 1
        return true
    }

    /// Takes the comma before another element (true) or `closer` (false).
    private mutating func continues(until closer: UInt8) throws(JSONError) -> Bool {
        if closes(closer) { return false }
        guard peek == UInt8(ascii: ",") else {
            throw unexpected("',' or '\(Character(UnicodeScalar(closer)))'")
        }
        at += 1
        return true
    }

    /// Takes exactly `word`.
    mutating func word(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        for offset in 0..<word.utf8CodeUnitCount {
            guard peek == word.utf8Start[offset] else { throw unexpected("'\(word)'") }
            at += 1
        }
        return value
    }

    mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    /// The next byte, or 0 at the end: a NUL is accepted nowhere in JSON.
    var peek: UInt8 { at < bytes.count ? bytes[at] : 0 }

    /// The next byte as shown in messages.
    var found: String {
        guard at < bytes.count else { return "the end of the text" }
        let byte = bytes[at]
        if byte > 0x20, byte < 0x7F { return "'\(Character(UnicodeScalar(byte)))'" }
        return "the byte 0x" + String(byte, radix: 16, uppercase: true)
    }

    func unexpected(_ expected: String) -> JSONError {
        error(at == bytes.count ? .unexpectedEnd : .unexpectedByte, "expected \(expected) but found \(found)")
    }

    func error(_ code: JSONError.Code, _ message: String, at offset: Int? = nil) -> JSONError {
        JSONError(code, message, offset: offset ?? at, in: bytes)
    }
}
