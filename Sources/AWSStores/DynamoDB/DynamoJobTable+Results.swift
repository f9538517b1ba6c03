public import FOQUSModel
public import Stores

extension DynamoJobTable {
    /// A page is a row that names the first and the last of its results. Results are numbered without gaps by the
    /// transactions that end jobs, and a page's row is written where there is none: however many page a session at the
    /// same time, each result is on one page.
    public func makeResultPage(of session: SessionID) async throws(StoreError) -> Int {
        let operation = "page the results of session \(session)"
        for attempt in 0... {
            let results = try await head(of: session, operation)?.results ?? 0
            if results == 0 { return 0 }
            let last = try await lastPage(of: session, operation)
            if last.through >= results { return last.number }
            let page: Item = [
                "Type": .string(SessionItems.type(session)), "Id": .string(SessionItems.page(last.number + 1)),
                "First": .init(last.through + 1), "Last": .init(results),
                "TTL": .init(lifetimes.sessionTTL(at: time.now())),
            ]
            if try await table.put(page, if: .isNew, for: operation) { return last.number + 1 }
            try await table.pause(min(attempt, 3), operation)
        }
        return 0
    }

    private func lastPage(
        of session: SessionID, _ operation: String
    ) async throws(StoreError) -> (number: Int, through: Int) {
        let found = try await table.query(
            ItemQuery(
                type: SessionItems.type(session), range: .prefix(SessionItems.page), isDescending: true, limit: 1),
            for: operation
        ).first
        guard let found, let id = found["Id"]?.stringValue else { return (0, 0) }
        return (Int(id.dropFirst(SessionItems.page.count)) ?? 0, found["Last"]?.intValue ?? 0)
    }

    public func resultPage(of session: SessionID, number: Int) async throws(StoreError) -> [Job]? {
        guard number > 0 else { return nil }
        let operation = "read result page \(number) of session \(session)"
        let type = SessionItems.type(session)
        let page = try await table.get(ItemKey(type: type, id: SessionItems.page(number)), for: operation)
        guard let page, let first = page["First"]?.intValue, let last = page["Last"]?.intValue else { return nil }
        let results = try await table.query(
            ItemQuery(type: type, range: .between(SessionItems.result(first), SessionItems.result(last))),
            for: operation)
        return try await jobs(
            results.compactMap { $0["Job"]?.stringValue.flatMap { JobID($0) } }, operation)
    }
}
