import HTTPClient
import TestSupport

enum AWSClientTesting {
    /// For the tests that do not look at connections.
    static let http = HTTPClient(loop: sharedEventLoop)
}
