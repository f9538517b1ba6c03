/// Finds the parts of a JSON text by their paths, so that what is wrong with one can be pointed at.
///
/// It scans the text again for each question: it is for messages, not for reading. The text must be well-formed, which
/// ``JSON/parse(_:options:maxDepth:)-(String,_,_)`` has found out.
public struct JSONLocator: Sendable {
    /// From a value to one within it.
    public enum Step: Sendable, Hashable {
        case key(String)
        case index(Int)
    }

    /// A member of an object as it stands in the text. Of members with the same key each is told.
    public struct Member: Sendable, Hashable {
        public let key: String
        /// Of the key's opening quote, from the beginning of the text.
        public let keyOffset: Int
        /// Of the first byte of the value.
        public let valueOffset: Int
    }

    private let text: ArraySlice<UInt8>

    public init(_ text: ArraySlice<UInt8>) { self.text = text }

    public init(_ text: [UInt8]) { self.text = text[...] }

    /// The offset of what `path` leads to: of the key where the last step is one, else of the value. Of members with the
    /// same key the last one is taken, as that one counts. As much of the path is followed as there is in the text.
    public func offset(of path: [Step]) -> Int { follow(path).found - origin }

    /// The members of the object that `path` leads to, in order; none when there is no object.
    public func members(of path: [Step]) -> [Member] {
        guard let value = follow(path).value else { return [] }
        return members(at: value).map {
            Member(key: $0.key, keyOffset: $0.keyOffset - origin, valueOffset: $0.valueOffset - origin)
        }
    }

    /// The offsets of the elements of an array that is the whole text, found in one pass; none when it is no array.
    public func elements() -> [Int] {
        var at = valueStart(text.startIndex)
        guard byte(at) == UInt8(ascii: "[") else { return [] }
        var offsets: [Int] = []
        repeat {
            at = valueStart(at + 1)
            if byte(at) == UInt8(ascii: "]") { return offsets }
            offsets.append(at - origin)
            skipValue(&at)
            at = valueStart(at)
        } while byte(at) == UInt8(ascii: ",")
        return offsets
    }

    private var origin: Int { text.startIndex }

    /// How far a path leads: the last key or value found, and the value at its end if it leads so far.
    private func follow(_ path: [Step]) -> (found: Int, value: Int?) {
        var value = valueStart(text.startIndex)
        var found = value
        for step in path {
            switch step {
            case .key(let key):
                guard let member = members(at: value).last(where: { sameText($0.key, key) }) else {
                    return (found, nil)
                }
                (found, value) = (member.keyOffset, member.valueOffset)
            case .index(let index):
                guard let element = elements(at: value, upTo: index) else { return (found, nil) }
                (found, value) = (element, element)
            }
        }
        return (found, value)
    }

    /// Of the object at `start`, by indices of the text.
    private func members(at start: Int) -> [Member] {
        var at = start
        guard byte(at) == UInt8(ascii: "{") else { return [] }
        var members: [Member] = []
        repeat {
            at = valueStart(at + 1)
            let key = at
            guard byte(key) == UInt8(ascii: "\"") else { return members }
            skipString(&at)
            let name = (try? JSON.parse(text[key..<at]))?.stringValue ?? ""
            at = valueStart(at)
            at = valueStart(at + 1)  // behind the colon
            members.append(Member(key: name, keyOffset: key, valueOffset: at))
            skipValue(&at)
            at = valueStart(at)
        } while byte(at) == UInt8(ascii: ",")
        return members
    }

    /// The start of element `index` of the array at `start`.
    private func elements(at start: Int, upTo index: Int) -> Int? {
        guard byte(start) == UInt8(ascii: "[") else { return nil }
        var at = valueStart(start + 1)
        if byte(at) == UInt8(ascii: "]") { return nil }
        for _ in 0..<index {
            skipValue(&at)
            at = valueStart(at)
            guard byte(at) == UInt8(ascii: ",") else { return nil }
            at = valueStart(at + 1)
        }
        return at
    }

    private func byte(_ at: Int) -> UInt8 { at < text.endIndex ? text[at] : 0 }

    private func valueStart(_ start: Int) -> Int {
        var at = start
        while [0x20, 0x09, 0x0A, 0x0D].contains(byte(at)) { at += 1 }
        return at
    }

    private func skipString(_ at: inout Int) {
        at += 1
        while at < text.endIndex, text[at] != UInt8(ascii: "\"") { at += text[at] == UInt8(ascii: "\\") ? 2 : 1 }
        at += 1
    }

    private func skipValue(_ at: inout Int) {
        var depth = 0
        repeat {
            switch byte(at) {
            case UInt8(ascii: "\""): skipString(&at)
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                at += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                at += 1
            case _ where depth > 0: at += 1
            default: while at < text.endIndex, !",]} \t\r\n".utf8.contains(text[at]) { at += 1 }
            }
        } while depth > 0 && at < text.endIndex
    }
}
