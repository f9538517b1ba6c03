public import FOQUSModel

/// The date of HTTP's header fields: `Tue, 24 Nov 2026 03:19:11 GMT` (RFC 9110, section 5.6.7).
public enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Nil for anything else, also for the two obsolete forms, which no service sends.
    public static func parse(_ text: String) -> Timestamp? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[0].utf8.count == 4, words[0].last == ",", words[5] == "GMT",
            let month = months.firstIndex(of: String(words[2])), words[1].utf8.count == 2
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp(iso: "\(words[3])-\(number)-\(words[1])T\(words[4])Z")
    }
}
