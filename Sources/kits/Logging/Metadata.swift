extension Logger {
    /// The facts of an entry, in the order they were given. A key that is set again keeps its place.
    ///
    /// A dictionary literal of anything that describes itself makes one: `["job": id, "attempt": 2]`.
    public struct Metadata: Sendable, Hashable, ExpressibleByDictionaryLiteral {
        public struct Fact: Sendable, Hashable {
            public let key: String
            public let value: Logger.Value
        }

        public private(set) var facts: [Fact] = []

        public init() {}

        public typealias Key = String
        public typealias Value = any CustomStringConvertible & Sendable

        public init(dictionaryLiteral elements: (Key, Value)...) {
            for (key, value) in elements { self[key] = Logger.Value(value) }
        }

        public subscript(key: String) -> Logger.Value? {
            get { facts.first { $0.key == key }?.value }
            set {
                let index = facts.firstIndex { $0.key == key }
                switch (index, newValue) {
                case (let index?, let value?): facts[index] = Fact(key: key, value: value)
                case (let index?, nil): facts.remove(at: index)
                case (nil, let value?): facts.append(Fact(key: key, value: value))
                case (nil, nil): break
                }
            }
        }

        /// These facts, followed by `other`'s; where both have a key, `other`'s value stands.
        public func merging(_ other: Metadata) -> Metadata {
            guard !facts.isEmpty else { return other }
            var merged = self
            for fact in other.facts { merged[fact.key] = fact.value }
            return merged
        }

        /// The same facts with the values of secret keys replaced by `[redacted]`.
        func redacted() -> Metadata {
            guard facts.contains(where: { Self.isSecret($0.key) }) else { return self }
            var safe = self
            for fact in facts where Self.isSecret(fact.key) { safe[fact.key] = .string("[redacted]") }
            return safe
        }

        /// True for every key that contains one of the telling words, so `db_password` and `ClientSecret` count too.
        static func isSecret(_ key: String) -> Bool {
            let key = key.lowercased()
            return ["password", "authorization", "secret", "token", "credential"].contains { word in key.contains(word)
            }
        }
    }
}
