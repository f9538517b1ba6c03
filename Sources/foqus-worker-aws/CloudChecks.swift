import AWSClient
import AWSStores
import Configuration
import EventLoop
import FOQUSModel
import Logging
import Settings
import Stores
import WorkerProgram

extension Cloud {
    /// The most time that looking for what the settings name may take at the start.
    private static let lookTime = Duration.seconds(5)

    /// Region and credentials, then each permission by a harmless call. Receiving, publishing and counting cannot be tried
    /// without doing it.
    static func trials(
        _ settings: FOQUSSettings, _ loop: EventLoop, _ logger: Logger
    ) async throws -> [CloudBackend.Trial] {
        let cloud: Cloud
        do { cloud = try await Cloud(settings, loop: loop, logger: logger) } catch {
            return [CloudBackend.Trial("region") { throw error }]
        }
        var trials = [
            CloudBackend.Trial("region") { cloud.backend.region },
            CloudBackend.Trial("credentials") { "\(try await cloud.identity.credentials.credentials())" },
        ]
        for check in cloud.backend.checks(cloud.places) + cloud.backend.rights(cloud.places) {
            trials.append(
                CloudBackend.Trial(check.subject) {
                    do { return try await check.run() } catch {
                        let fault = AWSFault(error, region: cloud.backend.region)
                        throw ConfigurationError(Self.words(fault, check, settings))
                    }
                })
        }
        return trials
    }

    /// Looks, before the worker starts, whether all is there that the settings name and whether AWS knows the caller.
    /// Only a plain no ends the worker: where AWS is out of reach, or the caller may not look, it starts, and recovers
    /// by itself.
    ///
    /// - Throws: `ConfigurationError` with every problem, which was told on the alert topic too where that is possible.
    func lookAtPlaces(_ settings: FOQUSSettings, _ logger: Logger) async throws {
        let needed = backend.checks(places).filter { check in
            settings.aws.publishes || check.setting?.hasSuffix("_topic") != true
        }
        var problems: [String] = []
        var callers: [String] = []
        for (check, fault) in await faults(of: needed) {
            let words = Self.words(fault, check, settings)
            switch fault {
            case .misplaced: problems.append(words)
            case .unknownCaller(let reason): callers.append(reason)
            case .inconclusive: logger.debug("a look at the cloud tells nothing", ["reason": words])
            }
        }
        // All else that a caller hears whom AWS does not know says nothing.
        if let reason = callers.first { throw ConfigurationError(await unknownCaller(reason)) }
        guard !problems.isEmpty else { return }
        await alert(problems, settings.worker.instance, logger)
        throw ConfigurationError(problems.joined(separator: "\n"))
    }

    /// All at the same time; what takes too long is inconclusive. In the order of the checks.
    private func faults(of checks: [AWSCheck]) async -> [(AWSCheck, AWSFault)] {
        let region = backend.region
        let found = await withTaskGroup(of: (index: Int, fault: AWSFault?).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask {
                    let fault = await Self.inTime(orElse: .inconclusive(Self.silence)) { () async -> AWSFault? in
                        do { _ = try await check.run() } catch { return AWSFault(error, region: region) }
                        return nil
                    }
                    return (index, fault)
                }
            }
            return await group.reduce(into: [Int: AWSFault]()) { $0[$1.index] = $1.fault }
        }
        return checks.enumerated().compactMap { index, check in found[index].map { (check, $0) } }
    }

    private static let silence = "there was no answer within \(lookTime)"

    /// What comes first: the fault that `work` finds, or this one, when looking takes too long.
    private static func inTime<Fault: Sendable>(
        orElse late: Fault, _ work: @escaping @Sendable () async -> Fault?
    ) async -> Fault? {
        await withTaskGroup(of: Fault?.self) { group in
            group.addTask { await work() }
            group.addTask {
                do { try await SystemTime().sleep(for: lookTime) } catch { return nil }
                return late
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    /// `[aws] table = jobs (instance tag FOQUS-DynamoDB-Table): there is no such table …`.
    private static func words(_ fault: AWSFault, _ check: AWSCheck, _ settings: FOQUSSettings) -> String {
        guard let setting = settings.origins.first(where: { $0.section == "aws" && $0.key == check.setting }) else {
            return fault.description
        }
        return "[aws] \(setting.key) = \(setting.value) (\(setting.origin)): \(fault)"
    }

    private func unknownCaller(_ reason: String) async -> String {
        // Kept ones: whoever was refused had them.
        guard let credentials = try? await identity.credentials.credentials() else { return reason }
        return "AWS does not take the credentials \(credentials): correct them there (\(reason))"
    }

    /// What cannot be told is only logged: the worker ends in any case.
    private func alert(_ problems: [String], _ instance: String, _ logger: Logger) async {
        guard places.topics.alert != nil else { return }
        let worker = WorkerIdentity(consumer: SystemRandom().identifier(), instance: instance)
        let alert = OutgoingNotification(
            id: "\(worker.consumer)/alert",
            notification: .alert(
                "the worker cannot work: \(problems[0])", detail: problems.joined(separator: "\n"), worker: worker))
        let reason = await Self.inTime(orElse: Self.silence) { [backend] in
            do throws(StoreError) { try await backend.notifier.publish([alert]) } catch { return error.description }
            return nil
        }
        if let reason { logger.warning("the alert cannot be published", ["reason": reason]) }
    }
}
