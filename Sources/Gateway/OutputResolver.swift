import FOQUSModel
import JSONKit
import Logging
import Stores

/// Puts outputs that were too large for a notification back into their jobs.
struct OutputResolver: Sendable {
    let services: GatewayServices

    /// The job with its output by value. An output that is gone leaves a message, so that one lost object does not
    /// hide the other results of a page.
    func resolved(_ job: Job) async throws -> Job {
        guard let reference = job.output.flatMap(OutputReference.init) else { return job }
        var job = job
        do {
            job.output = try JSON.parse(await services.objects.get(reference.key, in: .sessions))
        } catch let error as StoreError where error.isTransient {
            throw error
        } catch {
            services.log.warning("output not readable", ["job": job.id, "key": reference.key, "reason": "\(error)"])
            job.output = nil
            job.message = (job.message.map { $0 + "; " } ?? "") + "the output cannot be read: \(reference.key)"
        }
        return job
    }
}
