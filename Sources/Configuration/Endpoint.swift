/// `ADDRESS:PORT` of a setting.
enum Endpoint {
    /// Nil for anything else. IPv6 addresses stand in brackets.
    static func parse(_ text: String) -> (address: String, port: UInt16)? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var address = text[..<colon]
        if address.hasPrefix("[") && address.hasSuffix("]") {
            address = address.dropFirst().dropLast()
        } else if address.contains(":") {
            return nil
        }
        return address.isEmpty ? nil : (String(address), port)
    }
}
