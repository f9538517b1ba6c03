import Configuration
import FileKit
import Gateway
import HTTPServer
import Logging

extension GatewaySettings {
    /// No certificate chain or key is larger.
    private static let pemLimit = 1 << 20

    /// How the gateway listens. Reads certificate and key.
    func options(_ log: Logger) throws -> GatewayOptions {
        GatewayOptions(
            http: HTTPServer.Options(
                address: address, port: port, tls: try certificates(), bodyLimit: bodyLimit,
                connectionLimit: connectionLimit,
                onDiagnostic: { text in log.debug("connection trouble", ["reason": text]) }),
            basePath: basePath)
    }

    private func certificates() throws -> HTTPServer.Options.TLS? {
        guard let tls else { return nil }
        func pem(_ path: String, _ key: String) throws -> String {
            do { return String(decoding: try File.read(path, limit: Self.pemLimit), as: UTF8.self) } catch {
                throw ConfigurationError("[gateway] \(key): \(error)")
            }
        }
        return (try pem(tls.certificate, "tls_certificate"), try pem(tls.key, "tls_key"))
    }
}
