import CryptoTools

/// What a request says of its sender, by HTTP Basic (RFC 7617).
enum BasicCredentials: Sendable, Hashable {
    /// No header, or user and password both empty: FOQUS sends `Basic Og==` where it has neither (cloud-protocol 5.2).
    case none
    /// Why the header cannot be read; never repeats it.
    case malformed(String)
    case given(user: String, password: String)

    /// - Parameter header: the value of `Authorization`.
    init(header: String?) {
        guard let header else {
            self = .none
            return
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic" else {
            self = .malformed("the Authorization header is not of the scheme Basic")
            return
        }
        guard let bytes = Base64.decode(String(parts[1])), let text = String(validating: bytes, as: UTF8.self) else {
            self = .malformed("the credentials are not UTF-8 in base64")
            return
        }
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            self = .malformed("the credentials have no colon between user and password")
            return
        }
        let user = String(text[..<colon])
        let password = String(text[text.index(after: colon)...])
        switch (user.isEmpty, password.isEmpty) {
        case (true, true): self = .none
        case (true, false): self = .malformed("the user is empty")
        case (false, true): self = .malformed("the password is empty")
        case (false, false): self = .given(user: user, password: password)
        }
    }
}
