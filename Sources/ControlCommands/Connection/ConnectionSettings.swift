import FOQUSModel

/// How to reach a gateway and who asks: command line before environment before the user's file before defaults.
struct ConnectionSettings: Sendable, Hashable {
    static let defaultGateway = "http://127.0.0.1:8080"

    /// Without a slash at the end.
    let gateway: String
    /// Nil for a gateway that asks nobody.
    let user: UserName?
    let password: PasswordPlace?
    /// Certificates to trust besides the system's, for TLS.
    let caFile: String?

    /// Where the password is.
    enum PasswordPlace: Sendable, Hashable {
        case text(String)
        case file(String)
    }

    /// One layer of settings; nil where it says nothing.
    struct Layer: Sendable, Hashable {
        var gateway: String?
        var user: String?
        var password: PasswordPlace?
        var caFile: String?
    }

    /// - Parameter layers: the strongest first.
    init(layers: [Layer]) throws(ControlError) {
        func first<Value>(_ path: KeyPath<Layer, Value?>) -> Value? {
            layers.lazy.compactMap { $0[keyPath: path] }.first
        }
        var gateway = first(\.gateway) ?? Self.defaultGateway
        while gateway.hasSuffix("/") { gateway.removeLast() }
        guard gateway.hasPrefix("http://") || gateway.hasPrefix("https://"), !gateway.hasSuffix(":/") else {
            throw ControlError(
                .settings,
                "the gateway's address \"\(gateway)\" does not begin with http:// or https://."
                    + " Set --gateway or FOQUS_GATEWAY.")
        }
        self.gateway = gateway
        if let name = first(\.user) {
            do { user = try UserName(name) } catch {
                throw ControlError(.settings, "\(error). Set --user or FOQUS_USER.")
            }
        } else {
            user = nil
        }
        password = first(\.password)
        caFile = first(\.caFile)
    }

    /// Whether the password would travel in clear over a network.
    var exposesPassword: Bool {
        guard gateway.hasPrefix("http://"), user != nil else { return false }
        let authority = gateway.dropFirst(7).prefix { $0 != "/" }
        let isLocal = ["127.", "localhost", "[::1]"].contains { authority.hasPrefix($0) }
        return !isLocal
    }
}

extension ConnectionSettings.Layer {
    init(environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        gateway = value("FOQUS_GATEWAY")
        user = value("FOQUS_USER")
        password = value("FOQUS_PASSWORD").map { .text($0) }
        caFile = value("FOQUS_CA_FILE")
    }
}
