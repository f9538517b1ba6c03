/// A UUID in its canonical text, lower case.
public struct UUIDText: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// Nil unless `text` is 8-4-4-4-12 hexadecimal digits; upper case is folded.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        var folded: [UInt8] = []
        folded.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            let isDash = index == 8 || index == 13 || index == 18 || index == 23
            switch byte {
            case UInt8(ascii: "-") where isDash: folded.append(byte)
            case UInt8(ascii: "0")...UInt8(ascii: "9") where !isDash,
                UInt8(ascii: "a")...UInt8(ascii: "f") where !isDash:
                folded.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "F") where !isDash: folded.append(byte | 0x20)
            default: return nil
            }
        }
        description = String(decoding: folded, as: UTF8.self)
    }

    /// Version 4 from 16 random bytes.
    public init(random bytes: [UInt8]) {
        precondition(bytes.count == 16)
        var bytes = bytes
        bytes[6] = bytes[6] & 0x0f | 0x40
        self.init(bytes)
    }

    /// Version 7 (RFC 9562): begins with the time, so that what is filed under it lies beside its neighbours in time.
    public init(at time: Timestamp, random bytes: [UInt8]) {
        precondition(bytes.count == 16)
        var bytes = bytes
        for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: time.milliseconds >> (40 - 8 * index)) }
        bytes[6] = bytes[6] & 0x0f | 0x70
        self.init(bytes)
    }

    /// From 16 bytes with their version.
    private init(_ bytes: [UInt8]) {
        var bytes = bytes
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        description = String(decoding: text, as: UTF8.self)
    }
}

/// An identifier that is a UUID and cannot be mistaken for one of another kind.
public protocol UUIDIdentifier: Sendable, Hashable, CustomStringConvertible {
    var uuid: UUIDText { get }
    init(_ uuid: UUIDText)
}

extension UUIDIdentifier {
    public init?(_ text: some StringProtocol) {
        guard let uuid = UUIDText(text) else { return nil }
        self.init(uuid)
    }

    public var description: String { uuid.description }
}

/// Names one job.
public struct JobID: UUIDIdentifier {
    public let uuid: UUIDText
    public init(_ uuid: UUIDText) { self.uuid = uuid }
}

/// Names one session: the jobs a user sends together.
public struct SessionID: UUIDIdentifier {
    public let uuid: UUIDText
    public init(_ uuid: UUIDText) { self.uuid = uuid }
}

/// Names one life of a worker process: a consumer of the queue.
public struct ConsumerID: UUIDIdentifier {
    public let uuid: UUIDText
    public init(_ uuid: UUIDText) { self.uuid = uuid }
}

/// Names one attempt at a job: the fencing token of its effects.
public struct AttemptID: UUIDIdentifier {
    public let uuid: UUIDText
    public init(_ uuid: UUIDText) { self.uuid = uuid }
}
