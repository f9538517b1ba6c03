/// Texts in notifications, cut to what every topic takes: SNS takes 256 KiB with all that is around a text.
enum BoundedText {
    /// Bytes of UTF-8. JSON makes six bytes of one at most, which leaves room for the rest of a notification.
    static let limit = 32 << 10
    /// Bytes for the words that say what was cut.
    private static let room = 256

    static func fits(_ text: String) -> Bool { text.utf8.count <= limit }

    /// The text, or its beginning.
    /// - Parameter whole: where all of it is.
    static func cut(_ text: String, whole: String? = nil) -> String {
        guard !fits(text) else { return text }
        let kept = text.utf8.prefix(limit - room)
        let place = whole.map { "; all of it is in \($0)" } ?? ""
        return String(decoding: kept, as: UTF8.self) + " … (shortened from \(text.utf8.count) bytes\(place))"
    }

    /// How many bytes of a JSON text SNS gets: it takes neither U+FFFE nor U+FFFF, so that they are escaped.
    static func publishedSize(_ json: [UInt8]) -> Int {
        var size = json.count
        var index = 0
        while index + 2 < json.count {
            if json[index] == 0xEF, json[index + 1] == 0xBF, json[index + 2] >= 0xBE {
                size += 3
                index += 2
            }
            index += 1
        }
        return size
    }
}
