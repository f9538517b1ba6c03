public import FOQUSModel
import JSONKit

extension InstanceMetadata {
    /// What AWS is about to do with a Spot instance (Amazon EC2 User Guide, "Spot Instance interruption notices").
    public struct SpotAction: Sendable, Hashable {
        /// `terminate`, `stop` or `hibernate`.
        public let action: String
        /// When it begins, about two minutes after the notice.
        public let time: Timestamp
    }

    /// A text, without line ends around it.
    public func text(_ path: String) async throws(InstanceMetadataError) -> String {
        String(decoding: try await get(path), as: UTF8.self).trimmed
    }

    /// A list, one entry a line.
    public func lines(_ path: String) async throws(InstanceMetadataError) -> [String] {
        String(decoding: try await get(path), as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }

    /// `eu-west-1`.
    public func region() async throws(InstanceMetadataError) -> String {
        try await text("/latest/meta-data/placement/region")
    }

    /// `i-0123456789abcdef0`.
    public func instanceID() async throws(InstanceMetadataError) -> String {
        try await text("/latest/meta-data/instance-id")
    }

    /// Given at the instance's start; nil when there is none.
    public func userData() async throws(InstanceMetadataError) -> [UInt8]? {
        do throws(InstanceMetadataError) { return try await get("/latest/user-data") } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    /// The instance's tags by name. Empty when it has none, and when it does not show them: that is an option of the
    /// instance, `--instance-metadata-tags enabled`.
    public func tags() async throws(InstanceMetadataError) -> [String: String] {
        guard let names = try await optional("/latest/meta-data/tags/instance") else { return [:] }
        var tags: [String: String] = [:]
        for name in names.split(whereSeparator: \.isNewline).map(String.init) {
            // A tag may have been removed since the list was made.
            if let value = try await tag(name) { tags[name] = value }
        }
        return tags
    }

    /// The value of one tag, nil when there is none of that name. Names are case-sensitive.
    public func tag(_ name: String) async throws(InstanceMetadataError) -> String? {
        let base = "/latest/meta-data/tags/instance/"
        if let value = try await optional(base + URIEncoding.encode(name)) { return value }
        guard name.contains("/") else { return nil }
        return try await optional(base + URIEncoding.encode(name, keepingSlashes: true))
    }

    /// Nil as long as the instance may stay.
    public func spotAction() async throws(InstanceMetadataError) -> SpotAction? {
        let path = "/latest/meta-data/spot/instance-action"
        guard let json = try await document(path) else { return nil }
        guard let action = json["action"]?.stringValue,
            let time = json["time"]?.stringValue.flatMap(Timestamp.init(iso:))
        else { throw InstanceMetadataError(.malformed, "\(path) holds no action and time") }
        return SpotAction(action: action, time: time)
    }

    /// When AWS recommended to move the work elsewhere, as an interruption is likely; nil when it did not.
    public func rebalanceRecommendation() async throws(InstanceMetadataError) -> Timestamp? {
        let path = "/latest/meta-data/events/recommendations/rebalance"
        guard let json = try await document(path) else { return nil }
        guard let time = json["noticeTime"]?.stringValue.flatMap(Timestamp.init(iso:)) else {
            throw InstanceMetadataError(.malformed, "\(path) holds no noticeTime")
        }
        return time
    }

    /// The state that the instance's Auto Scaling group is moving it to; nil outside of a group.
    public func targetLifecycleState() async throws(InstanceMetadataError) -> LifecycleState? {
        try await optional("/latest/meta-data/autoscaling/target-lifecycle-state")
            .flatMap { $0.isEmpty ? nil : LifecycleState(rawValue: $0.trimmed) }
    }

    private func document(_ path: String) async throws(InstanceMetadataError) -> JSON? {
        guard let text = try await optional(path) else { return nil }
        do throws(JSONError) { return try JSON.parse(text) } catch {
            throw InstanceMetadataError(.malformed, "\(path) holds no JSON: \(error.description)")
        }
    }

    /// As it is, for a tag's value may begin or end with a blank.
    private func optional(_ path: String) async throws(InstanceMetadataError) -> String? {
        do throws(InstanceMetadataError) {
            return String(decoding: try await get(path), as: UTF8.self)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }
}
