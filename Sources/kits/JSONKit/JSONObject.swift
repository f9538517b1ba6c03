/// The members of a JSON object in the order of their insertion, with unique keys.
///
/// Look-up takes constant time: small objects are searched, larger ones carry an index of their keys.
public struct JSONObject: Sendable {
    public typealias Element = (key: String, value: JSON)

    /// Up to this many members comparing keys in turn is faster than hashing one.
    private static let searchLimit = 16

    /// As a tuple, the same would cost a look-up of its type at run time for each object.
    struct Member {
        let key: String
        var value: JSON
        let print: KeyPrint

        init(_ key: String, _ value: JSON, _ print: KeyPrint) {
            self.key = key
            self.value = value
            self.print = print
        }
    }

    private(set) var members: [Member]
    private var keys: KeyIndex?

    public init() {
        members = []
    }

    /// Later members replace the values of earlier ones with the same key.
    public init(_ members: some Sequence<(String, JSON)>) {
        self.init()
        for (key, value) in members { self[key] = value }
    }

    /// The value of `key`. Setting replaces it in place or appends a member; setting `nil` removes the member.
    public subscript(key: String) -> JSON? {
        get { position(of: key, KeyPrint(key)).map { members[$0].value } }
        set {
            let print = KeyPrint(key)
            switch (position(of: key, print), newValue) {
            case (let found?, let value?): members[found].value = value
            case (let found?, nil): remove(at: found)
            case (nil, let value?): append(Member(key, value, print))
            case (nil, nil): break
            }
        }
    }

    public mutating func reserveCapacity(_ count: Int) {
        members.reserveCapacity(count)
    }

    /// The keys in order.
    public var names: [String] { members.map(\.key) }

    private func position(of key: String, _ print: KeyPrint) -> Int? {
        if let keys { return keys.position(of: key) { members[$0].key } }
        return members.firstIndex { $0.print == print && sameText($0.key, key) }
    }

    private mutating func append(_ member: Member) {
        members.append(member)
        if keys != nil {
            keys?.insert(position: members.count - 1) { members[$0].key }
        } else if members.count > Self.searchLimit {
            keys = KeyIndex(count: members.count) { members[$0].key }
        }
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        keys = members.count > Self.searchLimit ? KeyIndex(count: members.count) { members[$0].key } : nil
    }
}

extension JSONObject: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { members.count }
    public subscript(position: Int) -> Element { (members[position].key, members[position].value) }
}

extension JSONObject: CustomStringConvertible {
    /// The object as compact JSON text.
    public var description: String { JSON.object(self).text() }
}
