import FOQUSModel
import JSONKit

/// Reads a session's result pages, each once.
///
/// Called while a session still runs it keeps the pages small, and little is left to do at the end.
actor ResultCollector {
    private let gateway: any GatewayService
    private let session: SessionID
    private var pagesRead = 0
    private(set) var results: ResultSet

    /// - Parameter order: the session's jobs as they were appended.
    init(gateway: any GatewayService, session: SessionID, order: [JobID]) {
        self.gateway = gateway
        self.session = session
        results = ResultSet(order: order)
    }

    /// Reads what has finished by now.
    func collect() async throws(ControlError) {
        let last = try await gateway.makeResultPage(of: session)
        while pagesRead < last {
            for record in try await gateway.resultPage(pagesRead + 1, of: session) { try results.add(record) }
            pagesRead += 1
        }
    }

    /// The same, when at least `count` results of `finished` are new.
    func collect(ifNew count: Int, of finished: Int) async throws(ControlError) {
        if finished - results.summary.total >= count { try await collect() }
    }
}
