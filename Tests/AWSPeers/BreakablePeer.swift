public import JSONKit
import TestSupport

/// A peer whose calls a test breaks and mends while it runs (fault_proxy.py says how).
public struct BreakablePeer: Sendable {
    /// The peer, reached through the server that breaks.
    public let peer: AWSPeer

    /// From now on these rules hold, and no others.
    public func setRules(_ rules: [JSON]) async throws {
        _ = try await PeerHost.ask(["at": .string(peer.endpoint), "rules": .array(rules)])
    }

    /// How many calls the rules have broken since they were set.
    public var brokenCalls: Int {
        get async throws {
            let hits = try await PeerHost.ask(["at": .string(peer.endpoint)])
            return (hits.arrayValue ?? []).compactMap(\.intValue).reduce(0) { $0 + Int($1) }
        }
    }
}
