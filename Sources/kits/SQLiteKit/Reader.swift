/// Runs queued reads on one read-only connection, each in a transaction of its own: all its statements see the same
/// state of the database.
struct Reader {
    let connection: Connection

    func serve(_ queue: WorkQueue<any Work>) {
        while let work = queue.take(1).first {
            do {
                try connection.execute("BEGIN")
                try work.run(connection)
                end()
                work.succeed()
            } catch {
                end()
                work.fail(error)
            }
        }
    }

    private func end() {
        connection.resetStatements()
        // Nothing was changed, so that ending it either way is the same, and nothing is lost when it is over already.
        if connection.isInTransaction { try? connection.execute("ROLLBACK") }
    }
}
