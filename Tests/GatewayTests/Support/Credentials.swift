import CryptoTools

/// The header of HTTP Basic.
enum BasicHeader {
    static func value(_ user: String, _ password: String) -> String {
        "Basic " + Base64.encode(Array("\(user):\(password)".utf8))
    }
}
