import AWSClient
import Stores

extension S3ObjectStore {
    /// How often a put is tried while others write the same object.
    private static let raceLimit = 8

    func put(
        _ content: S3Content, to target: S3Target, if condition: PutCondition
    ) async throws(StoreError) -> String {
        var races = 0
        while true {
            do throws(StoreError) {
                return content.count <= options.singlePutLimit
                    ? try await putWhole(content, to: target, if: condition)
                    : try await S3Upload(store: self, content: content, target: target, condition: condition).run()
            } catch {
                // Another write came in between: whether the condition holds is not known before it is tried again.
                guard (error.underlying as? AWSError)?.code == "ConditionalRequestConflict", races < Self.raceLimit
                else { throw Self.verdict(error, condition) }
                races += 1
                try await pause(races, target)
            }
        }
    }

    private func putWhole(
        _ content: S3Content, to target: S3Target, if condition: PutCondition
    ) async throws(StoreError) -> String {
        var request = target.request(
            "PUT", headers: condition.headers, body: content.part(0, content.count), timeout: Self.transferTimeout)
        request.inactivityTimeout = options.inactivityTimeout
        // Sent twice, a conditional put could fail because of itself.
        request.isIdempotent = condition == .always
        return try target.etag(try await send(request, target))
    }

    /// S3 says of an object that is gone that it does not exist, not that the condition fails.
    private static func verdict(_ error: StoreError, _ condition: PutCondition) -> StoreError {
        guard case .ifMatches = condition, error.code == .notFound else { return error }
        return StoreError(.conflict, error.operation, "the object is gone", underlying: error.underlying)
    }

    /// Longer each time, and of random length, so that those who race do not meet again.
    private func pause(_ race: Int, _ target: S3Target) async throws(StoreError) {
        let longest = Double(25 << min(race, 6))
        do {
            try await time.sleep(for: .milliseconds(longest * random.fraction()))
        } catch {
            throw StoreError(.unavailable, target.operation, "it was cancelled", underlying: error)
        }
    }
}
