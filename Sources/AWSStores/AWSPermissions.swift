import FOQUSModel
public import Stores

extension AWSBackend {
    /// What a worker does with objects, tried on a key that nobody has: S3 looks at permissions before it looks whether
    /// the object is there and the condition holds, so both calls tell whether they would have been carried out.
    public func permissions(_ places: AWSPlaces, random: any RandomSource = SystemRandom()) -> [AWSCheck] {
        let job: JobID = random.identifier()
        let key = "foqus-check-config/\(job)"
        return [
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
