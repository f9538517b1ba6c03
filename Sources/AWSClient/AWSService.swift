public import HTTPClient
public import Stores
import Threading

/// One service in one region: signs calls, sends them and repeats what may succeed when it is repeated.
///
/// Retries follow the standard mode of the AWS SDKs (see `RetryPolicy`): throttles, the statuses 500, 502, 503 and 504
/// and failures of transport are repeated after a random pause, as long as the quota that all calls of the service share
/// allows it. Besides, a call that was refused because of our clock, or because its credentials have ended, is repeated
/// once at once, with the service's time or with new credentials.
public final class AWSService: Sendable {
    /// `sqs`, `sns`, `s3`, `dynamodb`, `monitoring`, `logs`, `sts`: also the name under which calls are signed.
    public let name: String
    public let region: String
    /// `https://sqs.eu-west-1.amazonaws.com`, without a slash at the end.
    public let endpoint: String
    /// Where files are opened and hashed.
    static let files = BlockingPool(name: "aws-files", limit: 2)

    let errors: ErrorReader
    let quota = RetryQuota()
    let clock: ClockCorrection
    private let place: Endpoint?
    private let http: HTTPClient
    private let credentials: any CredentialProvider
    private let time: any TimeSource
    private let random: any RandomSource
    private let retry: RetryPolicy
    private let onAttempt: (@Sendable (AWSAttempt) -> Void)?

    /// - Parameter onAttempt: called after each sending, on the task of the caller.
    public init(
        name: String, region: String, endpoint: String, http: HTTPClient, credentials: any CredentialProvider,
        time: any TimeSource, random: any RandomSource = SystemRandom(), retry: RetryPolicy = RetryPolicy(),
        onAttempt: (@Sendable (AWSAttempt) -> Void)? = nil
    ) {
        self.name = name
        self.region = region
        self.endpoint = endpoint
        self.http = http
        self.credentials = credentials
        self.time = time
        self.random = random
        self.retry = retry
        self.onAttempt = onAttempt
        place = Endpoint(endpoint)
        errors = ErrorReader(service: name, region: region)
        clock = ClockCorrection(time)
    }

    /// Sends a call and returns its answer when the service carried it out.
    public func send(_ request: AWSRequest) async throws(AWSError) -> AWSResponse {
        try await send(request) { response throws(AWSError) in response }
    }

    /// A URL by which whoever has it may make the call for some time, without credentials of their own.
    ///
    /// - Parameters:
    ///   - request: its header fields become part of the signature, so they must be sent as they are here; its body does
    ///     not, with S3.
    ///   - seconds: how long, 1 to 604800 (a week); it ends earlier when temporary credentials do.
    public func presignedURL(_ request: AWSRequest, seconds: Int) async throws(AWSError) -> String {
        guard (1...604_800).contains(seconds) else {
            throw invalid("InvalidLifetime", "a presigned URL lasts 1 to 604800 seconds, not \(seconds)")
        }
        let signing = try signing()
        let hash: String
        do throws(HTTPClientError) {
            hash =
                name == "s3"
                ? AWSRequest.unsignedPayload
                : try await PayloadHash.of(request, nil, service: name, isTLS: true, pool: Self.files)
        } catch {
            throw AWSError(error, service: name)
        }
        return signing.presignedURL(
            request, try await credentials.credentials(), payloadHash: hash, at: clock.now(), seconds: seconds)
    }

    // MARK: attempts

    /// Sends a call until it is carried out and `read` takes the answer.
    func send<Value: Sendable>(
        _ request: AWSRequest, read: @Sendable (AWSResponse) throws(AWSError) -> Value
    ) async throws(AWSError) -> Value {
        let signing = try signing()
        let files: RequestFiles
        let hash: String
        do throws(HTTPClientError) {
            files = try await RequestFiles.open(request, pool: Self.files)
            hash = try await PayloadHash.of(
                request, files.body, service: name, isTLS: signing.isTLS, pool: Self.files)
        } catch {
            throw AWSError(error, service: name)
        }
        var course = RetryCourse(policy: retry, quota: quota, isIdempotent: request.isIdempotent)
        while true {
            let identity = request.isSigned ? try await credentials.credentials() : nil
            let machine = time.now()
            let signed = clock.now()
            let client = signing.clientRequest(request, identity, files: files, payloadHash: hash, at: signed)
            let started = time.instant()
            let outcome = await attempt(client, request, read)
            report(outcome, request, number: course.sent + 1, duration: time.instant() - started)
            switch outcome {
            case .success(let answer):
                course.succeeded()
                return answer.value
            case .failure(var failure):
                if let date = failure.date {
                    failure.skew = clock.skew(signed: signed, machine: machine, date: date)
                }
                guard let step = course.failed(failure, fraction: random.fraction) else { throw failure.error }
                try await prepare(step, failure, identity)
                do throws(HTTPClientError) {
                    try await files.restart(pool: Self.files)
                } catch {
                    throw AWSError(error, service: name)
                }
            }
        }
    }

    private struct Answer<Value: Sendable>: Sendable {
        let value: Value
        let status: Int
    }

    private func attempt<Value: Sendable>(
        _ client: ClientRequest, _ request: AWSRequest, _ read: (AWSResponse) throws(AWSError) -> Value
    ) async -> Result<Answer<Value>, AttemptFailure> {
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await http.send(client)
        } catch {
            return .failure(
                AttemptFailure(error: AWSError(error, service: name), isBeforeSending: error.isBeforeSending))
        }
        let isSuccess = (200..<300).contains(response.status)
        let late = isSuccess && request.mayFailLate ? errors.errorInSuccess(response) : nil
        guard isSuccess, late == nil else {
            return .failure(AttemptFailure(late ?? errors.error(response), response, now: time.now()))
        }
        do throws(AWSError) {
            let answer = AWSResponse(
                status: response.status, headers: response.headers, body: response.body, fileCount: response.fileCount)
            return .success(Answer(value: try read(answer), status: response.status))
        } catch {
            return .failure(AttemptFailure(error: error))
        }
    }

    /// Makes ready for the next attempt.
    private func prepare(
        _ step: RetryCourse.Step, _ failure: AttemptFailure, _ identity: AWSCredentials?
    ) async throws(AWSError) {
        switch step {
        case .pause(let duration):
            do { try await time.sleep(for: duration) } catch {
                throw AWSError(
                    .cancelled, service: name, code: "Cancelled", message: "cancelled after \(failure.error)",
                    underlying: failure.error)
            }
        case .correctClock:
            if let skew = failure.skew { clock.adopt(skew) }
        case .renewCredentials:
            guard let identity else { throw failure.error }
            await credentials.invalidate(identity)
            guard try await credentials.credentials() != identity else { throw failure.error }
        }
    }

    // MARK: details

    private func signing() throws(AWSError) -> RequestSigning {
        guard let place else {
            throw invalid("InvalidEndpoint", "'\(endpoint)' is not the URL of an HTTP server")
        }
        // Other endpoints than the public one may not have a name for each bucket.
        let isPublic = endpoint == AWSEndpoints.publicURL(service: "s3", region: region)
        return RequestSigning(
            signer: Signer(service: name, region: region), endpoint: place, namesBuckets: name == "s3" && isPublic)
    }

    private func invalid(_ code: String, _ message: String) -> AWSError {
        AWSError(.invalidRequest, service: name, code: code, message: message)
    }

    private func report<Value>(
        _ outcome: Result<Answer<Value>, AttemptFailure>, _ request: AWSRequest, number: Int, duration: Duration
    ) {
        guard let onAttempt else { return }
        let (status, code): (Int, String?) =
            switch outcome {
            case .success(let answer): (answer.status, nil)
            case .failure(let failure): (failure.error.status, failure.error.code)
            }
        onAttempt(
            AWSAttempt(
                service: name, operation: request.operation, number: number, status: status, errorCode: code,
                duration: duration))
    }
}
