import EventLoop
import FOQUSModel
import SQLiteKit
import Stores

extension EmbeddedQueue {
    func extend(_ leases: [Lease], visibility: Duration) async throws(StoreError) -> Set<Lease> {
        let end = (core.time.now() + visibility).milliseconds
        return try await settle(leases, "extend a lease") { receipt, connection in
            try connection.execute(
                "UPDATE queue SET visible_at = ? WHERE number = ? AND generation = ? AND leased = 1",
                end, receipt.number, receipt.generation)
        }
    }

    func acknowledge(_ leases: [Lease]) async throws(StoreError) -> Set<Lease> {
        try await settle(leases, "acknowledge a message") { receipt, connection in
            try connection.execute(
                "DELETE FROM queue WHERE number = ? AND generation = ? AND leased = 1",
                receipt.number, receipt.generation)
        }
    }

    func release(_ leases: [Lease], delay: Duration, countsAsAttempt: Bool) async throws(StoreError) -> Set<Lease> {
        let visible = (core.time.now() + delay).milliseconds
        let uncounted = countsAsAttempt ? 0 : 1
        let lost = try await settle(leases, "release a message") { receipt, connection in
            try connection.execute(
                """
                UPDATE queue SET visible_at = ?, leased = 0, receives = receives - ?
                WHERE number = ? AND generation = ? AND leased = 1
                """, visible, uncounted, receipt.number, receipt.generation)
        }
        if lost.count < leases.count { core.signals.queue.raise() }
        return lost
    }

    /// Runs a statement that changes one row for each lease that holds, and returns those that do not.
    private func settle(
        _ leases: [Lease], _ operation: String,
        _ change: @escaping @Sendable (Receipt, Connection) throws -> Void
    ) async throws(StoreError) -> Set<Lease> {
        if leases.isEmpty { return [] }
        return try await core.write(operation) { connection in
            var lost: Set<Lease> = []
            for lease in leases {
                guard let receipt = Receipt(lease) else {
                    lost.insert(lease)
                    continue
                }
                try change(receipt, connection)
                if connection.changes == 0 { lost.insert(lease) }
            }
            return lost
        }
    }
}
