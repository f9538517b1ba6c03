public import FOQUSModel
public import Settings

/// Everything that the settings file can say, for all programs: they share one file, so each knows all of it.
public struct FOQUSSettings: Sendable {
    public let store: StoreSettings
    public let aws: AWSSettings
    public let worker: WorkerSettings
    public let gateway: GatewaySettings
    public let metrics: MetricsSettings
    /// By application name, as jobs name it in `Application`.
    public let applications: [String: ApplicationSettings]
    /// Limits of the jobs of some simulations, by `SIMULATION` or `USER/SIMULATION`.
    public let simulations: [String: JobLimitChanges]
    /// Every setting with its value and where it came from, in the order of the sections.
    public let origins: [Setting]

    /// Where the file is looked for when no option names one. It need not exist.
    public static let defaultFile = "/etc/foqus/foqus.conf"

    /// Reads the layers from the weakest to the strongest: defaults, file, environment (`FOQUS_WORKER_SLOTS`),
    /// command line. Throws every problem at once.
    public static func load(
        file: String?, environment: [String: String], commandLine: [Setting] = [], machine: Machine = .current()
    ) throws(SettingsError) -> FOQUSSettings {
        let sources = try layers(file: file, environment, commandLine, machine)
        return try FOQUSSettings(
            SettingsReader(sources, credentials: environment["CREDENTIALS_DIRECTORY"]), machine: machine)
    }

    /// The same with one layer more when the others say `backend = aws`: what the instance says of itself
    /// (`InstanceSettings`), stronger than the defaults only.
    public static func load(
        file: String?, environment: [String: String], commandLine: [Setting] = [], machine: Machine = .current(),
        instance: (AWSSettings) async -> [Setting]
    ) async throws(SettingsError) -> FOQUSSettings {
        var sources = try layers(file: file, environment, commandLine, machine)
        if StoreSettings(SettingsReader(sources)).backend == .aws {
            let aws = AWSSettings(SettingsReader(sources), isUsed: false)
            if aws.instanceMetadata { sources.insert(.machine(await instance(aws)), at: 0) }
        }
        return try FOQUSSettings(
            SettingsReader(sources, credentials: environment["CREDENTIALS_DIRECTORY"]), machine: machine)
    }

    private static func layers(
        file: String?, _ environment: [String: String], _ commandLine: [Setting], _ machine: Machine
    ) throws(SettingsError) -> [SettingsSource] {
        var sources: [SettingsSource] = []
        if let file {
            sources.append(.file(try SettingsFile.parse(path: file)))
        } else if machine.fileExists(defaultFile) {
            sources.append(.file(try SettingsFile.parse(path: defaultFile)))
        }
        sources.append(.environment(environment))
        sources.append(.commandLine(commandLine))
        return sources
    }

    init(_ reader: SettingsReader, machine: Machine) throws(SettingsError) {
        let store = StoreSettings(reader)
        let aws = AWSSettings(reader, isUsed: store.backend == .aws)
        let worker = WorkerSettings(reader, machine: machine, backend: store.backend)
        let gateway = GatewaySettings(reader)
        let metrics = MetricsSettings(reader, store: store, worker: worker)
        var applications: [String: ApplicationSettings] = [:]
        let names = reader.sections(prefix: "application.")
        var problems = store.problems + aws.problems + worker.problems + gateway.problems + metrics.problems
        for name in names.isEmpty ? ["foqus"] : names {
            let application = ApplicationSettings(reader, name: name, worker: worker)
            problems += application.problems
            if let other = applications.updateValue(application, forKey: name.lowercased()) {
                problems.append(
                    SettingsError.Problem(
                        code: .badValue,
                        description: "[\(application.section)] and [\(other.section)] are one application: "
                            + "names are compared without case"))
            }
        }
        var simulations: [String: JobLimitChanges] = [:]
        for name in reader.sections(prefix: "simulation.") {
            simulations[name] = JobLimitChanges(reader, section: "simulation.\(name)")
        }
        do throws(SettingsError) { try reader.finish() } catch { problems = error.problems + problems }
        if !problems.isEmpty { throw SettingsError(problems) }
        self.store = store
        self.aws = aws
        self.worker = worker
        self.gateway = gateway
        self.metrics = metrics
        self.applications = applications
        self.simulations = simulations
        origins = reader.origins
    }
}

/// What the defaults take from the machine.
public struct Machine: Sendable {
    public let cores: Int
    public let hostName: String
    let fileExists: @Sendable (String) -> Bool

    public init(cores: Int, hostName: String, fileExists: @escaping @Sendable (String) -> Bool = { _ in false }) {
        self.cores = cores
        self.hostName = hostName
        self.fileExists = fileExists
    }
}
