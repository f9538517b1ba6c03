/// Where services are: as the environment says, or under their public names.
public enum AWSEndpoints {
    /// The URL of a service, without a slash at the end.
    ///
    /// `AWS_ENDPOINT_URL_SQS` and its like come first, then `AWS_ENDPOINT_URL`, then the public name; both variables are
    /// passed over when `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is `true` (AWS SDKs and Tools Reference Guide,
    /// "Service-specific endpoints"). An empty variable counts as none.
    /// - Parameter service: the name under which its calls are signed: `sqs`, `monitoring`.
    public static func url(service: String, region: String, environment: [String: String]) -> String {
        configured(service: service, environment: environment) ?? publicURL(service: service, region: region)
    }

    /// What the environment says; nil for nothing.
    public static func configured(service: String, environment: [String: String]) -> String? {
        guard environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() != "true" else { return nil }
        for name in [variable(service), "AWS_ENDPOINT_URL"] {
            guard let value = environment[name], !value.isEmpty else { continue }
            return value.last == "/" ? String(value.dropLast()) : value
        }
        return nil
    }

    /// `https://sqs.eu-west-1.amazonaws.com`.
    public static func publicURL(service: String, region: String) -> String {
        "https://\(service).\(region).\(domain(region: region))"
    }

    /// The variable of one service. Its end is the service's identifier in the SDKs, which for some is another name
    /// than the one of their signatures.
    static func variable(_ service: String) -> String {
        let identifier =
            switch service {
            case "monitoring": "CLOUDWATCH"
            case "logs": "CLOUDWATCH_LOGS"
            case "autoscaling": "AUTO_SCALING"
            default: String(service.uppercased().map { $0 == "-" || $0 == " " ? "_" : $0 })
            }
        return "AWS_ENDPOINT_URL_\(identifier)"
    }

    /// The domain of a region's partition. That of AWS GovCloud is the common one.
    static func domain(region: String) -> String {
        partitions.first { region.hasPrefix($0.prefix) }?.domain ?? "amazonaws.com"
    }

    private static let partitions: [(prefix: String, domain: String)] = [
        ("cn-", "amazonaws.com.cn"), ("us-gov-", "amazonaws.com"), ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"), ("us-isof-", "csp.hci.ic.gov"), ("eu-isoe-", "cloud.adc-e.uk"),
        ("eusc-", "amazonaws.eu"),
    ]
}
