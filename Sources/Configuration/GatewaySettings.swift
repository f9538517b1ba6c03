import Settings

/// `[gateway]`: how the web services are reached.
public struct GatewaySettings: Sendable {
    /// Certificate and key, both as files in PEM.
    public struct TLS: Sendable, Hashable {
        public let certificate: String
        public let key: String
    }

    public let address: String
    public let port: UInt16
    public let tls: TLS?
    /// The largest body of a request, in bytes.
    public let bodyLimit: Int
    public let connectionLimit: Int
    /// A prefix that paths may carry, such as `/dev`; empty for none.
    public let basePath: String
    public let log: LogSettings
    let problems: [SettingsError.Problem]

    init(_ reader: SettingsReader) {
        var problems: [SettingsError.Problem] = []
        let section = "gateway"
        let listen = reader.string(section, "listen", default: "127.0.0.1:8080")
        if let (address, port) = Endpoint.parse(listen) {
            (self.address, self.port) = (address, port)
        } else {
            (address, port) = ("", 0)
            problems.append(
                SettingsError.Problem(
                    code: .badValue,
                    description:
                        "[gateway] listen = \"\(listen)\": expected ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080")
            )
        }
        switch (reader.optionalPath(section, "tls_certificate"), reader.optionalPath(section, "tls_key")) {
        case (nil, nil): tls = nil
        case (let certificate?, let key?): tls = TLS(certificate: certificate, key: key)
        case (nil, _?), (_?, nil):
            tls = nil
            problems.append(
                SettingsError.Problem(
                    code: .missing, description: "[gateway] tls_certificate and tls_key: set both, or none"))
        }
        bodyLimit = reader.byteSize(section, "body_limit", default: 64 << 20, range: 1024...(4 << 30))
        connectionLimit = reader.int(section, "connection_limit", default: 1000, range: 1...100_000)
        basePath = reader.string(section, "base_path", default: "")
        log = LogSettings(reader, section: section)
        self.problems = problems
    }
}
