public import HTTPServer
public import Threading

/// An Auto Scaling group of one instance, as the calls of a ``FakeQueryService`` show it.
public final class FakeScalingGroup: Sendable {
    public struct State: Sendable {
        /// Nil when the instance belongs to no group.
        public var name: String? = "workers"
        public var isProtected = false
        /// Answers every call.
        public var refusal: HTTPResponse?
    }

    public let state = Locked(State())

    public init() {}

    public func answer(_ call: FakeQueryService.Call) -> HTTPResponse {
        state.withLock { state in
            if let refusal = state.refusal { return refusal }
            switch call.action {
            case "DescribeAutoScalingInstances":
                let member = state.name.map {
                    """
                    <member><InstanceId>\(call.parameters["InstanceIds.member.1"] ?? "")</InstanceId>
                    <AutoScalingGroupName>\($0)</AutoScalingGroupName><LifecycleState>InService</LifecycleState>
                    <ProtectedFromScaleIn>\(state.isProtected)</ProtectedFromScaleIn></member>
                    """
                }
                return FakeQueryService.answer(
                    call.action, "<AutoScalingInstances>\(member ?? "")</AutoScalingInstances>")
            case "SetInstanceProtection":
                state.isProtected = call.parameters["ProtectedFromScaleIn"] == "true"
                return FakeQueryService.answer(call.action, "")
            default: return HTTPResponse(status: 400)
            }
        }
    }

    public var isProtected: Bool { state.withLock { $0.isProtected } }
}
