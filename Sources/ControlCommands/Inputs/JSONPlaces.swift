import JSONKit

/// Finds the elements of a JSON list in its text, so that what is wrong with one can be pointed at.
///
/// Only used once something is wrong; the text is known to be well-formed.
struct JSONPlaces {
    private let file: String
    private let text: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>, file: String) {
        self.text = text
        self.file = file
    }

    /// The place of element `index` of the list, or of the key of its member named `member`.
    func place(ofElement index: Int, member: String?) -> SourcePlace {
        var at = text.startIndex
        skipSpace(&at)
        at += 1
        for _ in 0..<index {
            skipSpace(&at)
            skipValue(&at)
            skipSpace(&at)
            at += 1  // the comma
        }
        skipSpace(&at)
        let found = member.flatMap { offset(ofMember: $0, at: at) } ?? at
        return SourcePlace(file: file, offset: found - text.startIndex, in: text)
    }

    /// The last of several with the same key, as that one counts.
    private func offset(ofMember name: String, at start: Int) -> Int? {
        var at = start
        guard text[at] == UInt8(ascii: "{") else { return nil }
        var found: Int?
        repeat {
            at += 1
            skipSpace(&at)
            let key = at
            guard text[at] == UInt8(ascii: "\"") else { return found }
            skipValue(&at)
            if (try? JSON.parse(text[key..<at]))?.stringValue == name { found = key }
            skipSpace(&at)
            at += 1  // the colon
            skipSpace(&at)
            skipValue(&at)
            skipSpace(&at)
        } while text[at] == UInt8(ascii: ",")
        return found
    }

    private func skipSpace(_ at: inout Int) {
        while at < text.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(text[at]) { at += 1 }
    }

    private func skipValue(_ at: inout Int) {
        var depth = 0
        repeat {
            switch text[at] {
            case UInt8(ascii: "\""): skipString(&at)
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                at += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                at += 1
            case _ where depth > 0: at += 1
            default: skipWord(&at)
            }
        } while depth > 0
    }

    private func skipString(_ at: inout Int) {
        at += 1
        while text[at] != UInt8(ascii: "\"") { at += text[at] == UInt8(ascii: "\\") ? 2 : 1 }
        at += 1
    }

    /// A number, `true`, `false` or `null`.
    private func skipWord(_ at: inout Int) {
        while at < text.endIndex, !",]} \t\r\n".utf8.contains(text[at]) { at += 1 }
    }
}
