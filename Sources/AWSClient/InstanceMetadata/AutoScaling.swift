import XMLReader

/// The calls of Auto Scaling that concern one instance (API reference, version 2011-01-01).
struct AutoScaling: Sendable {
    struct Membership: Sendable, Hashable {
        let group: String
        let isProtected: Bool
    }

    static let version = "2011-01-01"

    let service: AWSService
    let instanceID: String

    /// Nil when the instance belongs to no group.
    func membership() async throws(AWSError) -> Membership? {
        let answer = try await service.query(
            "DescribeAutoScalingInstances", version: Self.version, [("InstanceIds.member.1", instanceID)])
        let members = answer["DescribeAutoScalingInstancesResult"]?["AutoScalingInstances"]?.all("member") ?? []
        guard let member = members.first(where: { $0.text(of: "InstanceId")?.trimmed == instanceID }),
            let group = member.text(of: "AutoScalingGroupName")
        else { return nil }
        return Membership(
            group: group, isProtected: member.text(of: "ProtectedFromScaleIn")?.trimmed.lowercased() == "true")
    }

    func setProtection(_ isProtected: Bool, group: String) async throws(AWSError) {
        _ = try await service.query(
            "SetInstanceProtection", version: Self.version,
            [
                ("AutoScalingGroupName", group), ("InstanceIds.member.1", instanceID),
                ("ProtectedFromScaleIn", String(isProtected)),
            ])
    }
}
