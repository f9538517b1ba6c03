import FOQUSModel
public import Logging
public import Stores

/// Watches what AWS is about to do with the instance: Spot interruptions, recommendations to rebalance and the state
/// that an Auto Scaling group wants.
public struct InstanceLifecycle: Sendable {
    private let metadata: InstanceMetadata
    private let time: any TimeSource
    private let log: Logger
    private let interval: Duration

    /// Where the service never answered in so many rounds there is none.
    private static let patience = 3

    /// - Parameter interval: AWS recommends to look every five seconds.
    public init(
        metadata: InstanceMetadata, time: any TimeSource, log: Logger, interval: Duration = .seconds(5)
    ) {
        self.metadata = metadata
        self.time = time
        self.log = log
        self.interval = interval
    }

    /// What happens from now on, each event once; a change of state each time. The group's state is told when it is not
    /// `InService` at first.
    ///
    /// The stream ends at once where there is no metadata service, with one line of information in the log. It goes on
    /// through outages of a service that was there.
    public func events() -> AsyncStream<InstanceEvent> {
        AsyncStream { continuation in
            let watch = Task {
                await run { continuation.yield($0) }
                continuation.finish()
            }
            continuation.onTermination = { _ in watch.cancel() }
        }
    }

    private struct Seen {
        var isTerminating = false
        var isRebalancing = false
        var state: LifecycleState?
    }

    private func run(_ yield: (InstanceEvent) -> Void) async {
        var seen = Seen(state: .inService)
        var hasAnswered = false
        var failures = 0
        while !Task.isCancelled {
            do throws(InstanceMetadataError) {
                try await look(&seen, yield)
                if hasAnswered && failures > 0 { log.notice("the metadata service of the instance is back") }
                hasAnswered = true
                failures = 0
            } catch {
                if error.code == .cancelled { return }
                failures += 1
                if !hasAnswered && (error.code == .disabled || failures >= Self.patience) {
                    return log.info(
                        "no notices of AWS about this instance are watched", ["reason": error.description])
                }
                if hasAnswered && failures == 1 {
                    log.warning(
                        "notices of AWS about this instance cannot be read for now", ["reason": error.description])
                }
            }
            do { try await time.sleep(for: interval) } catch { return }
        }
    }

    /// One that cannot be read does not hide the others.
    private func look(_ seen: inout Seen, _ yield: (InstanceEvent) -> Void) async throws(InstanceMetadataError) {
        var trouble: InstanceMetadataError?
        if !seen.isTerminating {
            do throws(InstanceMetadataError) {
                if let action = try await metadata.spotAction() {
                    seen.isTerminating = true
                    yield(.terminating(at: action.time))
                }
            } catch { trouble = try Self.survivable(error) }
        }
        if !seen.isRebalancing {
            do throws(InstanceMetadataError) {
                if try await metadata.rebalanceRecommendation() != nil {
                    seen.isRebalancing = true
                    yield(.rebalance)
                }
            } catch { trouble = try Self.survivable(error) }
        }
        // Outside of a group there is no state at all.
        if let state = try await metadata.targetLifecycleState(), state != seen.state {
            seen.state = state
            yield(.lifecycle(state))
        }
        if let trouble { throw trouble }
    }

    private static func survivable(
        _ error: InstanceMetadataError
    ) throws(InstanceMetadataError) -> InstanceMetadataError {
        switch error.code {
        case .malformed, .failed: return error
        default: throw error
        }
    }
}
