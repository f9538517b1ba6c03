/// Runs queued writes on one connection. All that waits when a transaction begins is committed by that transaction, so
/// that many concurrent writers share the cost of one commit.
struct Writer {
    /// The most writes of one transaction, so that the first of them does not wait for too many others.
    static let batchLimit = 256

    let connection: Connection

    func serve(_ queue: WorkQueue<any Work>) {
        while case let batch = queue.take(Self.batchLimit), !batch.isEmpty {
            do throws(SQLiteError) {
                try connection.execute("BEGIN IMMEDIATE")
            } catch {
                for work in batch { work.fail(error) }
                continue
            }
            if batch.count == 1 { runAlone(batch[0]) } else { runTogether(batch) }
        }
    }

    private func runAlone(_ work: any Work) {
        do {
            try work.run(connection)
            try commit()
            work.succeed()
        } catch {
            rollBack()
            work.fail(error)
        }
    }

    /// Each write has a savepoint to which its failure alone goes back.
    private func runTogether(_ batch: [any Work]) {
        var done: [any Work] = []
        for (position, work) in batch.enumerated() {
            do {
                try connection.execute("SAVEPOINT work")
                try work.run(connection)
                try connection.execute("RELEASE work")
                done.append(work)
            } catch {
                work.fail(error)
                if undoSavepoint() { continue }
                // A full disk, for one, ends the whole transaction. The rest would meet the same failure.
                rollBack()
                for other in done + batch[(position + 1)...] { other.fail(error) }
                return
            }
        }
        do throws(SQLiteError) {
            try commit()
            for work in done { work.succeed() }
        } catch {
            rollBack()
            for work in done { work.fail(error) }
        }
    }

    /// False when the transaction is gone or cannot go on.
    private func undoSavepoint() -> Bool {
        connection.resetStatements()
        guard connection.isInTransaction else { return false }
        do throws(SQLiteError) {
            try connection.execute("ROLLBACK TO work")
            try connection.execute("RELEASE work")
            return true
        } catch {
            return false
        }
    }

    private func commit() throws(SQLiteError) {
        connection.resetStatements()
        try connection.execute("COMMIT")
    }

    private func rollBack() {
        connection.resetStatements()
        // A rollback that fails has nothing left to undo: SQLite has rolled back already.
        if connection.isInTransaction { try? connection.execute("ROLLBACK") }
    }
}
