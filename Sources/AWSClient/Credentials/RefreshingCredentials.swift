import FOQUSModel
import Logging
import Stores
import Threading

/// Keeps credentials and renews them ahead of their end, once for all callers.
///
/// While their source is away the old ones are used on, also a little past their end where the source allows it: the
/// services decide whether they still take them.
final class RefreshingCredentials: CredentialProvider {
    private struct Held {
        let credentials: AWSCredentials
        /// Nil when they do not end.
        let windows: RefreshWindows?
        /// Past this they are given to nobody. Nil when they do not end.
        let usableUntil: Timestamp?
    }

    private struct State {
        var held: Held?
        /// Earlier than this the source is not asked again while there are usable credentials.
        var notBefore: Instant?
        /// Whether the trouble of the last attempt was told.
        var isFailing = false
        var isStale = false
    }

    /// What a caller gets.
    private enum Choice {
        case use(AWSCredentials)
        case useAndRenew(AWSCredentials)
        case renew(otherwise: AWSCredentials?)
    }

    private let state: Locked<State>
    private let time: any TimeSource
    private let flight: SingleFlight<AWSCredentials, AWSError>

    init(_ chain: CredentialChain, time: any TimeSource, random: any RandomSource, log: Logger) {
        let state = Locked(State())
        self.state = state
        self.time = time
        let renewal = Renewal(chain: chain, state: state, time: time, random: random, log: log)
        flight = SingleFlight(cancellation: .cancelled(service: "credentials", "waiting for credentials")) {
            await renewal.run()
        }
    }

    func credentials() async throws(AWSError) -> AWSCredentials {
        switch choice() {
        case .use(let credentials): return credentials
        case .useAndRenew(let credentials):
            flight.begin()
            return credentials
        case .renew(let old):
            do throws(AWSError) {
                return try await flight.value()
            } catch {
                guard let old, error.kind != .cancelled else { throw error }
                return old
            }
        }
    }

    func invalidate(_ credentials: AWSCredentials) async {
        state.withLock { state in
            guard state.held?.credentials == credentials else { return }
            state.held = nil
            state.notBefore = nil
        }
    }

    private func choice() -> Choice {
        let (now, instant) = (time.now(), time.instant())
        return state.withLock { state in
            guard let held = state.held else { return .renew(otherwise: nil) }
            guard let windows = held.windows, let usableUntil = held.usableUntil else { return .use(held.credentials) }
            let mayRenew = state.notBefore.map { $0 <= instant } ?? true
            if now < windows.advisory { return .use(held.credentials) }
            if now >= usableUntil { return .renew(otherwise: nil) }
            guard mayRenew else { return .use(held.credentials) }
            return now < windows.mandatory ? .useAndRenew(held.credentials) : .renew(otherwise: held.credentials)
        }
    }

    /// One attempt to get new credentials, and what it leaves behind.
    private struct Renewal: Sendable {
        let chain: CredentialChain
        let state: Locked<State>
        let time: any TimeSource
        let random: any RandomSource
        let log: Logger

        func run() async -> Result<AWSCredentials, AWSError> {
            do throws(AWSError) {
                let loaded = try await chain.load()
                keep(loaded)
                return .success(loaded.credentials)
            } catch {
                note(error)
                return .failure(error)
            }
        }

        private func keep(_ loaded: CredentialChain.Loaded) {
            let (now, instant) = (time.now(), time.instant())
            let new = loaded.credentials
            let windows = new.expiration.map { RefreshWindows(from: now, to: $0, fraction: random.fraction()) }
            let isStale = new.expiration.map { $0 <= now } ?? false
            let before = state.withLock { state in
                let before = state
                // What was just given counts as usable until the next attempt, whatever the clocks say.
                let usableUntil = windows.flatMap { windows in
                    new.expiration.map { max($0 + loaded.staleAllowance, now + windows.pause) }
                }
                state.held = Held(credentials: new, windows: windows, usableUntil: usableUntil)
                state.notBefore = windows.map { instant + $0.pause }
                state.isFailing = false
                state.isStale = isStale
                return (wasFailing: before.isFailing, wasStale: before.isStale)
            }
            if isStale && !before.wasStale {
                log.warning(
                    "AWS credentials have ended, but their source has no newer ones; they are used on", facts(new))
            } else if before.wasFailing || before.wasStale && !isStale {
                log.notice("AWS credentials were renewed after all", facts(new))
            } else {
                log.debug("got AWS credentials", facts(new))
            }
        }

        private func note(_ error: AWSError) {
            guard error.kind != .cancelled else { return }
            let (now, instant) = (time.now(), time.instant())
            let pause = Duration.seconds(60) * (1 + random.fraction())
            let (old, isNew, isPast): (AWSCredentials?, Bool, Bool) = state.withLock { state in
                let old = state.held?.credentials
                let isPast = old?.expiration.map { $0 <= now } ?? false
                let isNew = !state.isFailing || isPast && !state.isStale
                if old != nil {
                    state.notBefore = instant + pause
                    state.isFailing = true
                    state.isStale = isPast
                }
                return (old, isNew, isPast)
            }
            // Without old credentials the caller gets the error and tells it.
            guard let old, isNew else { return }
            let what =
                isPast
                ? "AWS credentials have ended and cannot be renewed; they are used on while services take them"
                : "AWS credentials cannot be renewed yet; the old ones hold on"
            log.warning(what, facts(old).merging(["reason": error.description]))
        }

        private func facts(_ credentials: AWSCredentials) -> Logger.Metadata {
            var facts: Logger.Metadata = ["source": credentials.source, "key": credentials.accessKeyID]
            if let end = credentials.expiration { facts["ends"] = Logger.Value(end) }
            return facts
        }
    }
}
