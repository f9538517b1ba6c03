import CSystemd
import Glibc

/// Reads and writes the values of an `sd_bus_message`. The library's functions for it that take a format string are
/// variadic, which Swift cannot call; these take one value at a time.
enum BusMessage {
    // MARK: writing

    static func append(_ values: [BusValue], to message: OpaquePointer) -> CInt {
        for value in values {
            let code = append(value, to: message)
            if code < 0 { return code }
        }
        return 0
    }

    private static func append(_ value: BusValue, to message: OpaquePointer) -> CInt {
        switch value {
        case .byte(let number): basic(number, "y", message)
        case .bool(let flag): basic(CInt(flag ? 1 : 0), "b", message)
        case .int16(let number): basic(number, "n", message)
        case .uint16(let number): basic(number, "q", message)
        case .int32(let number): basic(number, "i", message)
        case .uint32(let number): basic(number, "u", message)
        case .int64(let number): basic(number, "x", message)
        case .uint64(let number): basic(number, "t", message)
        case .double(let number): basic(number, "d", message)
        case .string(let text): text.withCString { sd_bus_message_append_basic(message, type("s"), $0) }
        case .objectPath(let text): text.withCString { sd_bus_message_append_basic(message, type("o"), $0) }
        case .signature(let text): text.withCString { sd_bus_message_append_basic(message, type("g"), $0) }
        case .array(let element, let values): container("a", element, values, message)
        case .structure(let fields): container("r", fields.map(\.signature).joined(), fields, message)
        case .entry(let key, let value): container("e", key.signature + value.signature, [key, value], message)
        case .variant(let value): container("v", value.signature, [value], message)
        }
    }

    private static func basic<Number>(_ number: Number, _ letter: Unicode.Scalar, _ message: OpaquePointer) -> CInt {
        withUnsafePointer(to: number) { sd_bus_message_append_basic(message, type(letter), $0) }
    }

    private static func container(
        _ letter: Unicode.Scalar, _ contents: String, _ values: [BusValue], _ message: OpaquePointer
    ) -> CInt {
        var code = sd_bus_message_open_container(message, type(letter), contents)
        if code < 0 { return code }
        code = append(values, to: message)
        return code < 0 ? code : sd_bus_message_close_container(message)
    }

    // MARK: reading

    /// All values up to the end of the message or of the container that was entered.
    static func values(of message: OpaquePointer) throws(BusError) -> [BusValue] {
        var values: [BusValue] = []
        while true {
            var letter: CChar = 0
            var contents: UnsafePointer<CChar>?
            if try check(sd_bus_message_peek_type(message, &letter, &contents)) == 0 { return values }
            values.append(
                try value(Unicode.Scalar(UInt8(letter)), contents.map { String(cString: $0) } ?? "", message))
        }
    }

    private static func value(
        _ letter: Unicode.Scalar, _ contents: String, _ message: OpaquePointer
    ) throws(BusError) -> BusValue {
        switch letter {
        case "y": .byte(try number(letter, message))
        case "b": .bool(try number(letter, message) as CInt != 0)
        case "n": .int16(try number(letter, message))
        case "q": .uint16(try number(letter, message))
        case "i": .int32(try number(letter, message))
        case "u": .uint32(try number(letter, message))
        case "x": .int64(try number(letter, message))
        case "t": .uint64(try number(letter, message))
        case "d": .double(Double(bitPattern: try number(letter, message)))
        case "s": .string(try text(letter, message))
        case "o": .objectPath(try text(letter, message))
        case "g": .signature(try text(letter, message))
        case "a": .array(of: contents, try entered(letter, contents, message))
        case "r": .structure(try entered(letter, contents, message))
        case "v": .variant(try entered(letter, contents, message)[0])
        case "e":
            switch try entered(letter, contents, message) {
            case let pair: .entry(pair[0], pair[1])
            }
        default: throw BusError(code: EBADMSG, "read a value of the type '\(letter)'")
        }
    }

    private static func number<Number: FixedWidthInteger>(
        _ letter: Unicode.Scalar, _ message: OpaquePointer
    ) throws(BusError) -> Number {
        var number: Number = 0
        try check(sd_bus_message_read_basic(message, type(letter), &number))
        return number
    }

    private static func text(_ letter: Unicode.Scalar, _ message: OpaquePointer) throws(BusError) -> String {
        var text: UnsafePointer<CChar>?
        let code = withUnsafeMutablePointer(to: &text) { sd_bus_message_read_basic(message, type(letter), $0) }
        try check(code)
        return text.map { String(cString: $0) } ?? ""
    }

    private static func entered(
        _ letter: Unicode.Scalar, _ contents: String, _ message: OpaquePointer
    ) throws(BusError) -> [BusValue] {
        try check(sd_bus_message_enter_container(message, type(letter), contents))
        let values = try values(of: message)
        try check(sd_bus_message_exit_container(message))
        return values
    }

    @discardableResult
    private static func check(_ code: CInt) throws(BusError) -> CInt {
        if code < 0 { throw BusError(code: code, "read a message of the bus") }
        return code
    }

    private static func type(_ letter: Unicode.Scalar) -> CChar { CChar(bitPattern: UInt8(ascii: letter)) }
}
