import GatewayClient

/// Puts a failed request into words: what was tried, the reason, the remedy.
struct GatewayFailure: Sendable {
    let access: ConnectionSettings.Access
    /// As `start session …`.
    let tried: String

    func error(_ error: GatewayClientError) -> ControlError {
        switch error.code {
        case .unreachable:
            ControlError(
                .unreachable,
                "cannot reach the gateway at \(access.gateway): \(reason(error.text).sentence)"
                    + " Is foqus-gateway running? Set --gateway or FOQUS_GATEWAY.")
        case .unreadable:
            ControlError(
                .refused,
                "what answers at \(access.gateway) is no FOQUS gateway: \(error.text.sentence)"
                    + " Set --gateway or FOQUS_GATEWAY.")
        case .cancelled: ControlError(.interrupted, "")
        case .status(let status): refusal(status, error.text)
        }
    }

    /// The reason alone: the client's words begin with the address, which has been told.
    private func reason(_ text: String) -> String {
        let scheme = access.gateway.hasPrefix("https://") ? "https://" : "http://"
        let origin = scheme + access.gateway.dropFirst(scheme.count).prefix { $0 != "/" }
        guard let found = text.firstRange(of: origin + ": ") else { return text }
        return String(text[found.upperBound...])
    }

    private func refusal(_ status: Int, _ text: String) -> ControlError {
        switch status {
        case 401, 403:
            guard let user = access.credentials?.user else {
                return ControlError(
                    .refused,
                    "the gateway at \(access.gateway) wants to know who you are."
                        + " Set --user or FOQUS_USER, and FOQUS_PASSWORD or --password-file.")
            }
            return ControlError(
                .refused,
                "the gateway at \(access.gateway) does not accept user \(user) with this password."
                    + " Check --user or FOQUS_USER, and FOQUS_PASSWORD or --password-file.")
        case 404: return ControlError(.notFound, "cannot \(tried): \(text.sentence)")
        case 413:
            return ControlError(
                .refused,
                "cannot \(tried): it is too large for the gateway. Its setting body_limit says how much it takes.")
        case 429, 502, 503, 504:
            return ControlError(.unreachable, "cannot \(tried): the gateway is busy (\(status)): \(text.sentence)")
        case 500...599:
            return ControlError(.refused, "cannot \(tried): the gateway failed (\(status)): \(text.sentence)")
        default: return ControlError(.refused, "cannot \(tried): the gateway refused (\(status)): \(text.sentence)")
        }
    }
}

extension String {
    /// With a full stop at the end.
    fileprivate var sentence: String {
        let text = trimmed
        return text.isEmpty ? "no reason given." : text.hasSuffix(".") ? String(text) : "\(text)."
    }
}
