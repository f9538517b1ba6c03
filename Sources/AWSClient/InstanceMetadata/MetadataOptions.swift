extension InstanceMetadata {
    /// Where the metadata service is and how it is asked.
    public struct Options: Sendable, Hashable {
        /// `http://169.254.169.254`, without a slash at the end.
        public var endpoint = "http://169.254.169.254"
        public var isDisabled = false
        /// Whether to go on without a token where none is given. That is version 1 of the service, which lets anything on
        /// the machine that can be tricked into a request read the role's keys.
        public var allowsVersion1 = false
        /// For one attempt, from the connection to the last byte.
        public var timeout: Duration = .seconds(1)
        /// How often a request is sent at most when there is no answer, or one of the status 5xx.
        public var attempts = 2
        /// How long a token is to hold; the most that the service accepts is six hours.
        public var tokenLifetime: Duration = .seconds(21_600)

        public init() {}

        /// As the variables say that all SDKs heed: `AWS_EC2_METADATA_DISABLED`, `AWS_EC2_METADATA_SERVICE_ENDPOINT`,
        /// `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE` and `AWS_EC2_METADATA_V1_DISABLED`. Unlike in SDKs, version 1 is used
        /// only where the last one is `false`, not where it is absent.
        public init(environment: [String: String]) {
            if environment.text("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")?.lowercased() == "ipv6" {
                endpoint = "http://[fd00:ec2::254]"
            }
            if let url = environment.text("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
                endpoint = url.hasSuffix("/") ? String(url.dropLast()) : url
            }
            isDisabled = environment.text("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true"
            allowsVersion1 = environment.text("AWS_EC2_METADATA_V1_DISABLED")?.lowercased() == "false"
        }
    }
}
