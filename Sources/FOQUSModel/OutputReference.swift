public import JSONKit

/// Stands for an output that is too large for a notification: where the whole of it lies.
public struct OutputReference: Sendable, Hashable {
    /// Key in the session bucket.
    public let key: String
    /// Bytes.
    public let size: Int

    public init(key: String, size: Int) {
        self.key = key
        self.size = size
    }

    private static let marker = "foqusOutputReference"

    public var json: JSON { .object([Self.marker: .object(["key": .string(key), "size": .int(Int64(size))])]) }

    /// Nil when `json` is an output by value.
    public init?(_ json: JSON) {
        guard let members = json[Self.marker], let key = members["key"]?.stringValue,
            let size = members["size"]?.intValue
        else { return nil }
        self.init(key: key, size: Int(size))
    }
}
