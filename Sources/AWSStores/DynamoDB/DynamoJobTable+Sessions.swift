public import FOQUSModel
public import Stores

extension DynamoJobTable {
    public func session(_ id: SessionID) async throws(StoreError) -> Session? {
        try await head(of: id, "look up session \(id)")?.session
    }

    func head(of id: SessionID, _ operation: String) async throws(StoreError) -> SessionHead? {
        guard let item = try await table.get(SessionItems.head(id), for: operation) else { return nil }
        return try SessionHead(item, id, operation)
    }

    public func claimSession(
        _ id: SessionID, owner: UserName?, at time: Timestamp
    ) async throws(StoreError) -> Session {
        let operation = "claim session \(id)"
        // Each append claims its session: almost always it is the owner's already.
        for attempt in 0..<DynamoTable.attempts {
            let known = try await head(of: id, operation)?.session
            if let known {
                if owner == nil || known.owner == owner { return known }
                guard known.owner == nil else {
                    throw StoreError(.conflict, operation, "it belongs to another user")
                }
            }
            let claimed = Session(id: id, owner: owner, created: known?.created ?? time)
            if try await write(claimed, isNew: known == nil, operation) { return claimed }
            // Somebody else was faster.
            try await table.pause(attempt, operation)
        }
        throw StoreError(.unavailable, operation, "others change it all the time")
    }

    /// False when another has made or claimed the session.
    private func write(_ session: Session, isNew: Bool, _ operation: String) async throws(StoreError) -> Bool {
        let ttl = AttributeValue(lifetimes.sessionTTL(at: time.now()))
        var change = ItemChange(set: ["Create": .string(session.created.description), "TTL": ttl])
        var steps: [TransactionStep] = []
        if let owner = session.owner {
            let listed = try await nextPlace(of: session, owner, operation)
            change.set["Owner"] = .string(owner.description)
            change.set["Listed"] = .string(listed)
            steps.append(
                .put(
                    [
                        "Type": .string(SessionItems.list(owner)), "Id": .string(listed),
                        "Session": .string(session.id.description), "TTL": ttl,
                    ], if: nil))
        }
        let condition: Condition = isNew ? .isNew : .all([.isThere, .missing("Owner")])
        steps.append(.update(SessionItems.head(session.id), change, if: condition))
        return try await table.transact(steps, for: operation)
    }

    /// Sorts by the time of creation; sessions of one millisecond in the order of their claims.
    private func nextPlace(
        of session: Session, _ owner: UserName, _ operation: String
    ) async throws(StoreError) -> String {
        let counted = try await table.update(SessionItems.count(owner), ItemChange(add: ["Count": 1]), for: operation)
        return "\(session.created)#\(SessionItems.padded(counted?["Count"]?.intValue ?? 0))"
    }

    public func sessions(
        of owner: UserName, after: SessionID?, limit: Int
    ) async throws(StoreError) -> [Session] {
        let operation = "list the sessions of \(owner)"
        guard limit > 0 else { return [] }
        var query = ItemQuery(type: SessionItems.list(owner), limit: limit)
        if let after {
            guard let listed = try await head(of: after, operation)?.listed else {
                throw StoreError(.notFound, operation, "there is no session \(after)")
            }
            // The character after the digits: just behind the one named.
            query.range = .between(listed + ":", "~")
        }
        let ids = try await table.query(query, for: operation)
            .compactMap { $0["Session"]?.stringValue.flatMap { SessionID($0) } }
        var heads: [String: Item] = [:]
        for item in try await table.get(ids.map(SessionItems.head), for: operation) {
            if let type = item["Type"]?.stringValue { heads[type] = item }
        }
        var sessions: [Session] = []
        for id in ids {
            guard let item = heads[SessionItems.type(id)] else { continue }
            sessions.append(try SessionHead(item, id, operation).session)
        }
        return sessions
    }

    public func summary(of session: SessionID) async throws(StoreError) -> SessionSummary {
        let operation = "summarise session \(session)"
        let ids = try await blocks(of: session, operation).flatMap(\.ids)
        let snapshots = ids.isEmpty ? [:] : try await snapshots(of: ids, isConsistent: true, operation)
        var counts: [JobState: Int] = [:]
        for snapshot in snapshots.values { counts[snapshot.state, default: 0] += 1 }
        return SessionSummary(counts: counts)
    }
}
