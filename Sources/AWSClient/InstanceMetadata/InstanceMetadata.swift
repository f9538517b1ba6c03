public import EventLoop
import HTTPClient
public import Stores
import Threading

/// The metadata service of an EC2 instance, version 2: each request shows a token that was asked for by PUT (Amazon EC2
/// User Guide, "Use the Instance Metadata Service to access instance metadata").
///
/// It is asked directly, whatever proxies the environment names.
public final class InstanceMetadata: Sendable {
    private struct Token: Sendable {
        /// Nil for version 1, which knows none.
        let value: String?
        let validUntil: Instant
    }

    public let options: Options
    private let http: HTTPClient
    private let held: Locked<Token?>
    private let flight: SingleFlight<Void, InstanceMetadataError>
    private let time: any TimeSource

    public init(options: Options, loop: EventLoop, time: any TimeSource) {
        self.options = options
        let http = HTTPClient(
            loop: loop,
            options: HTTPClient.Options(connectTimeout: options.timeout, idleConnectionLimit: 2, usesProxies: false))
        self.http = http
        let held = Locked<Token?>(nil)
        self.held = held
        let cancellation = InstanceMetadataError(.cancelled, "waiting for the metadata service was cancelled")
        flight = SingleFlight(cancellation: cancellation) {
            do throws(InstanceMetadataError) {
                let token = try await Self.newToken(options, http, time)
                held.withLock { $0 = token }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        self.time = time
    }

    /// The document at `path`, which begins with `/latest/` and is percent-encoded.
    public func get(_ path: String) async throws(InstanceMetadataError) -> [UInt8] {
        guard !options.isDisabled else {
            throw InstanceMetadataError(
                .disabled, "the metadata service is not asked, as AWS_EC2_METADATA_DISABLED is true")
        }
        // A token can end early: the service may have been restarted.
        for isLast in [false, true] {
            let token = try await token()
            var request = ClientRequest(
                url: options.endpoint + path, timeout: options.timeout, responseLimit: 1 << 20)
            if let value = token.value { request.headers = [("X-aws-ec2-metadata-token", value)] }
            let response = try await Self.send(request, options, http)
            switch response.status {
            case 200: return response.body
            case 401 where !isLast: held.withLock { if $0?.value == token.value { $0 = nil } }
            case 401: throw refusal(path, "does not accept the token that it gave")
            case 403: throw refusal(path, "refuses: it is turned off for this instance")
            case 404:
                throw InstanceMetadataError(.notFound, "the metadata service has nothing at \(path)")
            default:
                throw InstanceMetadataError(
                    .failed(response.status), "the metadata service answers \(path) with status \(response.status)")
            }
        }
        preconditionFailure("the last attempt returns or throws")
    }

    private func refusal(_ path: String, _ what: String) -> InstanceMetadataError {
        InstanceMetadataError(.refused, "the metadata service at \(options.endpoint) \(what) (\(path))")
    }

    // MARK: the token

    private func token() async throws(InstanceMetadataError) -> Token {
        while true {
            let now = time.instant()
            if let token = held.withLock({ $0 }), now < token.validUntil { return token }
            try await flight.value()
        }
    }

    private static func newToken(
        _ options: Options, _ http: HTTPClient, _ time: any TimeSource
    ) async throws(InstanceMetadataError) -> Token {
        let began = time.instant()
        let field = "X-aws-ec2-metadata-token-ttl-seconds"
        let wanted = Int(options.tokenLifetime.components.seconds)
        let response: ClientResponse
        do throws(InstanceMetadataError) {
            response = try await send(
                ClientRequest(
                    method: "PUT", url: options.endpoint + "/latest/api/token", headers: [(field, String(wanted))],
                    timeout: options.timeout, responseLimit: 64 << 10),
                options, http)
        } catch {
            // The answer to PUT travels fewer hops than others, so version 1 can be there without version 2.
            guard options.allowsVersion1, error.code == .unreachable else { throw error }
            return Token(value: nil, validUntil: began + .seconds(300))
        }
        switch response.status {
        case 200: break
        case 403 where options.allowsVersion1, 404 where options.allowsVersion1, 405 where options.allowsVersion1:
            return Token(value: nil, validUntil: began + .seconds(300))
        case 403:
            throw InstanceMetadataError(
                .refused,
                "the metadata service at \(options.endpoint) refuses to give a token: it is turned off for this instance "
                    + "(turn it on by 'aws ec2 modify-instance-metadata-options --http-endpoint enabled')")
        case 404, 405:
            throw InstanceMetadataError(
                .refused,
                "the metadata service at \(options.endpoint) knows no tokens, so it is version 1 alone; "
                    + "AWS_EC2_METADATA_V1_DISABLED=false allows that")
        default:
            throw InstanceMetadataError(
                .failed(response.status), "the metadata service answers a request for a token with \(response.status)")
        }
        let text = String(decoding: response.body, as: UTF8.self).trimmed
        guard !text.isEmpty, !text.contains(where: \.isWhitespace) else {
            throw InstanceMetadataError(.malformed, "the metadata service gives a token that is none")
        }
        let seconds = response.header(field).flatMap { Int($0) } ?? wanted
        // Renewed a little early, so that it does not end on its way.
        let margin = min(60, seconds / 10)
        return Token(value: text, validUntil: began + .seconds(max(seconds - margin, 1)))
    }

    /// Sends again when there is no answer, or one that says to try again.
    private static func send(
        _ request: ClientRequest, _ options: Options, _ http: HTTPClient
    ) async throws(InstanceMetadataError) -> ClientResponse {
        var attempt = 1
        while true {
            let isLast = attempt >= options.attempts
            attempt += 1
            do throws(HTTPClientError) {
                let response = try await http.send(request)
                guard response.status >= 500 || response.status == 429, !isLast else { return response }
            } catch {
                switch error.code {
                case .cancelled, .closed: throw InstanceMetadataError(.cancelled, error.description)
                case .responseTooLarge, .invalidRequest: throw InstanceMetadataError(.malformed, error.description)
                default: if isLast { throw unreachable(error, request, options) }
                }
            }
        }
    }

    private static func unreachable(
        _ error: HTTPClientError, _ request: ClientRequest, _ options: Options
    ) -> InstanceMetadataError {
        var text = "no metadata service answers at \(options.endpoint): \(error.description)"
        if error.code == .timedOut && request.method == "PUT" {
            text +=
                "; if this is a container on an EC2 instance, let the token reach it by 'aws ec2 "
                + "modify-instance-metadata-options --http-put-response-hop-limit 2'"
        }
        return InstanceMetadataError(.unreachable, text)
    }
}
