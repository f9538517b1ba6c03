/// A failure of cryptography. Never holds a password, a key or what was derived from one.
public struct CryptoError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable, Equatable {
        /// A stored password hash that is none of ours, or asks for an unreasonable effort.
        case invalidPasswordHash
        /// The library refused, mostly for want of memory.
        case failed
    }

    public let code: Code
    public let message: String

    public var description: String { message }
}
