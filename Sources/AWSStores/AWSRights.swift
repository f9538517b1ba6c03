import FOQUSModel
public import Stores

extension AWSBackend {
    /// What the worker may do, where a call that has no effect tells: only AWS knows whether a role allows it.
    ///
    /// Objects are tried by a key that nobody has: S3 looks at permissions before it looks whether the object is there
    /// and the condition holds.
    public func rights(_ places: AWSPlaces, random: any RandomSource = SystemRandom()) -> [AWSCheck] {
        let nobody: JobID = random.identifier()
        let key = "foqus-check-config/\(nobody)"
        return [
            AWSCheck(setting: "job_queue_url", subject: "leases of queue \(places.jobQueueURL)") { [self] in
                let lease = Lease(message: "\(nobody)", receipt: "\(nobody)")
                _ = try await queue.extend([lease], visibility: .seconds(30))
                return "may be renewed"
            },
            AWSCheck(setting: "simulation_bucket", subject: "objects of \(places.simulationBucket)") { [self] in
                do throws(StoreError) { _ = try await objects.get(key, in: .simulations) } catch {
                    if error.code != .notFound { throw error }
                }
                return "can be read"
            },
            AWSCheck(setting: "session_bucket", subject: "objects of \(places.sessionBucket)") { [self] in
                do throws(StoreError) {
                    let nobodys = String(repeating: "0", count: 32)
                    _ = try await objects.put([], to: key, in: .sessions, if: .ifMatches(nobodys))
                    // A server that knows no conditions.
                    try await objects.delete([key], in: .sessions)
                } catch {
                    if error.code != .conflict { throw error }
                }
                return "can be written"
            },
        ]
    }
}
