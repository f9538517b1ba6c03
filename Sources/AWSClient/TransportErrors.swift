import HTTPClient

extension AWSError {
    /// A call to which there was no answer.
    init(_ error: HTTPClientError, service: String) {
        let (kind, code): (Kind, String) =
            switch error.code {
            case .invalidRequest: (.invalidRequest, "InvalidRequest")
            case .couldNotResolve: (.transport, "CouldNotResolve")
            case .couldNotConnect: (.transport, "CouldNotConnect")
            case .timedOut: (.transport, "TimedOut")
            case .tls: (.transport, "TLSFailure")
            case .connectionLost: (.transport, "ConnectionLost")
            case .responseTooLarge: (.transport, "ResponseTooLarge")
            case .cancelled: (.cancelled, "Cancelled")
            case .closed: (.transport, "Closed")
            case .file: (.invalidRequest, "FileFailed")
            case .tooManyRedirects, .other: (.transport, "TransportFailed")
            }
        self.init(kind, service: service, code: code, message: error.description, underlying: error)
    }
}
