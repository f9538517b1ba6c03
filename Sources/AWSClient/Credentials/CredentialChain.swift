import Threading

/// Sources of credentials in their order. The first one that has any is asked from then on.
final class CredentialChain: Sendable {
    struct Loaded: Sendable {
        let credentials: AWSCredentials
        /// See `CredentialSource`.
        let staleAllowance: Duration
    }

    private let sources: [any CredentialSource]
    /// The source that had credentials. Another one would be another identity, so there is no way back.
    private let chosen = Locked<Int?>(nil)

    init(_ sources: [any CredentialSource]) {
        self.sources = sources
    }

    func load() async throws(AWSError) -> Loaded {
        if let index = chosen.withLock({ $0 }) { return try await reload(sources[index]) }
        var places: [CredentialSearch.Place] = []
        for (index, source) in sources.enumerated() {
            switch try await source.find() {
            case .found(let credentials):
                chosen.withLock { $0 = index }
                return Loaded(credentials: credentials, staleAllowance: source.staleAllowance)
            case .absent(let reason): places.append(CredentialSearch.Place(source: source.name, reason: reason))
            }
        }
        let search = CredentialSearch(places: places)
        throw AWSError(
            .noCredentials, service: "credentials", code: "NoCredentials",
            message: "no AWS credentials were found; \(search)", underlying: search)
    }

    private func reload(_ source: any CredentialSource) async throws(AWSError) -> Loaded {
        switch try await source.find() {
        case .found(let credentials): return Loaded(credentials: credentials, staleAllowance: source.staleAllowance)
        case .absent(let reason): throw .credentialSourceAway("\(source.name), which had credentials before: \(reason)")
        }
    }
}
