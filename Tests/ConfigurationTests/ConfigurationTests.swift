import FOQUSModel
import FileKit
import Settings
import TestSupport
import Testing

@testable import Configuration

/// A machine that no test depends on.
private let machine = Machine(cores: 6, hostName: "sample")

/// Settings from the text of a file, variables and options.
private func load(
    _ text: String = "", environment: [String: String] = [:], commandLine: [Setting] = []
) throws(SettingsError) -> FOQUSSettings {
    let file = try SettingsFile.parse(Array(text.utf8), path: "test.conf")
    let reader = SettingsReader([.file(file), .environment(environment), .commandLine(commandLine)])
    return try FOQUSSettings(reader, machine: machine)
}

/// What is wrong with a file's text; empty when nothing is.
private func problems(_ text: String) -> String {
    do throws(SettingsError) {
        _ = try load(text)
        return ""
    } catch {
        return error.description
    }
}

@Suite struct DefaultSettingsTests {
    @Test func theStoreIsEmbedded() throws {
        let store = try load().store
        #expect(store.backend == .embedded)
        #expect(store.directory == "/var/lib/foqus")
        #expect(store.maxReceives == 5)
        #expect(store.notificationRetention == 100_000)
    }

    @Test func theWorkerTakesEverybodysJobsOnAllCores() throws {
        let worker = try load().worker
        #expect(worker.users.admits(try UserName("anybody")))
        #expect(worker.slots == 6)
        #expect(worker.instance == "sample")
        #expect(worker.stateDirectory == "/var/lib/foqus-worker")
        #expect(worker.limits.time == .seconds(3600))
        #expect(worker.drainTimeout == .seconds(90))
        #expect(worker.lease == .seconds(60))
        #expect(worker.cancelPoll == .seconds(1))
        #expect(worker.cacheSize == 1 << 30)
        #expect(worker.outputLimit == 240 << 10)
    }

    @Test func theGatewayListensOnThisMachineOnly() throws {
        let gateway = try load().gateway
        #expect(gateway.address == "127.0.0.1")
        #expect(gateway.port == 8080)
        #expect(gateway.tls == nil)
        #expect(gateway.bodyLimit == 64 << 20)
        #expect(gateway.connectionLimit == 1000)
        #expect(gateway.basePath == "")
    }

    @Test func theOneApplicationIsFOQUS() throws {
        let settings = try load()
        #expect(settings.applications.keys.sorted() == ["foqus"])
        guard case .foqus(let runner)? = settings.applications["foqus"]?.executor else {
            Issue.record("not the FOQUS engine")
            return
        }
        #expect(runner.mode == .fork)
        #expect(runner.warm.processes == settings.worker.slots)
        #expect(runner.warm.recycleJobs == 500)
        #expect(runner.saveSession)
    }

    @Test func everySettingTellsThatItIsADefault() throws {
        #expect(try load().origins.allSatisfy { $0.origin == .standard })
    }

    @Test func aMissingDefaultFileIsNoError() throws {
        let settings = try FOQUSSettings.load(file: nil, environment: [:], machine: machine)
        #expect(settings.store.directory == "/var/lib/foqus")
    }

    @Test func aMissingNamedFileIsOne() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory + "/foqus.conf"
            _ = #expect(throws: SettingsError.self) {
                try FOQUSSettings.load(file: file, environment: [:], machine: machine)
            }
        }
    }
}

@Suite struct SettingsLayerTests {
    private let file = "[worker]\nslots = 2\nusers = alice, bob\n"

    /// Tags, user data, file, environment: each over the one before.
    @Test func anInstanceIsWeakerThanTheFile() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/foqus.conf"
            try File.write(Array("[store]\nbackend = aws\n[aws]\ntable = file\n".utf8), to: path)
            let tags = [
                "FOQUS-User": "tag", "FOQUS-Job-Queue-Url": "arn:aws:sqs:us-west-2:12:jobs", "Name": "worker",
                "FOQUS-Update-Topic-Arn": "arn:aws:sns:us-west-2:12:up", "FOQUS-DynamoDB-Table": "tag",
                "FOQUS-Message-Topic-Arn": "arn:aws:sns:us-west-2:12:log",
                "FOQUS-Simulation-Bucket-Name": "arn:aws:s3:::sims", "FOQUS-Session-Bucket-Name": "tag",
            ]
            let settings = try await FOQUSSettings.load(
                file: path, environment: ["FOQUS_AWS_SESSION_BUCKET": "environment"], machine: machine
            ) { _ in
                InstanceSettings.settings(
                    tags: tags, userData: ["FOQUS-User": "data", "FOQUS-Session-Bucket-Name": "data"],
                    instance: "i-1", region: "us-west-2")
            }
            #expect(settings.worker.users == .users([try UserName("data")]))
            #expect(settings.worker.instance == "i-1")
            #expect(settings.aws.region == "us-west-2")
            #expect(settings.aws.jobQueueURL == "https://sqs.us-west-2.amazonaws.com/12/jobs")
            #expect(settings.aws.simulationBucket == "sims")
            #expect(settings.aws.sessionBucket == "environment")
            #expect(settings.aws.table == "file")
            let users = settings.origins.first { $0.section == "worker" && $0.key == "users" }
            #expect(users?.origin.description == "user data FOQUS-User")
        }
    }

    @Test func whatABackendOnAWSLacksIsNamedWithItsTag() {
        let text = problems("[store]\nbackend = aws\n")
        for words in ["[worker] users", "FOQUS-User", "job_queue_url", "FOQUS-DynamoDB-Table", "FOQUS_AWS_TABLE"] {
            #expect(text.contains(words), "\(words)")
        }
    }

    @Test func anInstanceIsNotAskedForAnEmbeddedStore() async throws {
        let settings = try await FOQUSSettings.load(file: nil, environment: [:], machine: machine) { _ in
            Issue.record("asked")
            return []
        }
        #expect(settings.store.backend == .embedded)
    }

    @Test func theEnvironmentWinsOverTheFile() throws {
        let settings = try load(file, environment: ["FOQUS_WORKER_SLOTS": "3"])
        #expect(settings.worker.slots == 3)
        #expect(settings.worker.users == .users([try UserName("alice"), try UserName("bob")]))
    }

    @Test func theCommandLineWinsOverTheEnvironment() throws {
        let option = Setting(
            section: "worker", key: "slots", value: "4", origin: .commandLine(option: "--set"))
        let settings = try load(file, environment: ["FOQUS_WORKER_SLOTS": "3"], commandLine: [option])
        #expect(settings.worker.slots == 4)
        let origin = settings.origins.first { $0.key == "slots" }?.origin
        #expect(origin == .commandLine(option: "--set"))
    }

    @Test func aVariableReachesAnApplication() throws {
        let settings = try load("[application.foqus]\n", environment: ["FOQUS_APPLICATION_FOQUS_MODE": "thread"])
        guard case .foqus(let runner)? = settings.applications["foqus"]?.executor else {
            Issue.record("not the FOQUS engine")
            return
        }
        #expect(runner.mode == .thread)
    }

    @Test func variablesOfFoqusctlAreNoSettings() throws {
        let variables = ["FOQUS_GATEWAY": "http://x", "FOQUS_USER": "alice", "FOQUS_PASSWORD": "p"]
        #expect(try load(environment: variables).origins.allSatisfy { $0.origin == .standard })
    }

    @Test func jobTimeoutZeroIsNoLimit() throws {
        #expect(try load("[worker]\njob_timeout = 0\n").worker.limits.time == nil)
    }

    @Test func limitsOfApplicationsAndSimulations() throws {
        let settings = try load(
            """
            [worker]
            job_memory = 1GiB
            job_tasks = 100
            [application.foqus]
            job_memory = 0
            [simulation.flash]
            job_cpu = 150
            [simulation.alice/flash]
            job_timeout = 6h
            job_network = false
            job_tasks =
            """)
        #expect(settings.worker.limits.memory == 1 << 30)
        #expect(settings.worker.limits.tasks == 100)
        #expect(settings.worker.limits.processor == nil)
        #expect(settings.applications["foqus"]?.limits.memory == .some(.none))
        #expect(settings.applications["foqus"]?.limits.tasks == .none)
        #expect(settings.simulations["flash"]?.processor == .some(.some(150)))
        #expect(settings.simulations["alice/flash"]?.time == .some(.some(.seconds(6 * 3600))))
        #expect(settings.simulations["alice/flash"]?.hasNetwork == false)
        #expect(settings.simulations["alice/flash"]?.tasks == .none, "nothing is said by an empty value")
    }

    @Test func limitsThatAreNone() throws {
        let error = #expect(throws: SettingsError.self) {
            try load("[simulation.x]\njob_memory = much\njob_memroy = 1GiB\n")
        }
        #expect(error?.description.contains("job_memory = \"much\": expected a size") == true)
        #expect(error?.description.contains("did you mean \"job_memory\"?") == true)
    }

    /// A secret that the unit has by LoadCredential=.
    @Test func aCredentialIsAPath() throws {
        let text = "[gateway]\ntls_certificate = /etc/tls.crt\ntls_key = credential:key\n"
        let file = try SettingsFile.parse(Array(text.utf8), path: "foqus.conf")
        let machine = Machine(cores: 1, hostName: "x")
        let settings = try FOQUSSettings(
            SettingsReader([.file(file)], credentials: "/run/credentials/gateway"), machine: machine)
        #expect(settings.gateway.tls?.key == "/run/credentials/gateway/key")
        #expect(settings.gateway.tls?.certificate == "/etc/tls.crt")
        for wrong in ["credential:", "credential:../key", "credential:a/b"] {
            let text = "[worker]\nstate_directory = \(wrong)\n"
            let file = try SettingsFile.parse(Array(text.utf8), path: "foqus.conf")
            #expect(throws: SettingsError.self) {
                try FOQUSSettings(SettingsReader([.file(file)], credentials: "/run/c"), machine: machine)
            }
        }
        #expect(throws: SettingsError.self) { try load(text) }
    }

    @Test func addressesMayBeIPv6() throws {
        let gateway = try load("[gateway]\nlisten = [::1]:8443\n").gateway
        #expect(gateway.address == "::1")
        #expect(gateway.port == 8443)
    }
}

@Suite struct ApplicationSettingsTests {
    @Test func aProgramIsAnApplication() throws {
        let settings = try load(
            """
            [application.MyModel]
            program = /usr/local/bin/mymodel
            arguments = --fast, --quiet
            """)
        #expect(settings.applications.keys.sorted() == ["mymodel"], "named sections replace the default one")
        guard case .command(let program)? = settings.applications["mymodel"]?.executor else {
            Issue.record("not a program")
            return
        }
        #expect(program.program == "/usr/local/bin/mymodel")
        #expect(program.arguments == ["--fast", "--quiet"])
        #expect(program.outputFile == "output.json")
        #expect(program.logLimit == 1 << 20)
        #expect(program.grace == .seconds(2))
    }

    @Test func aProgramMustBeNamed() {
        #expect(problems("[application.mymodel]\n") == "[application.mymodel] program: not set, and it has no default")
    }

    @Test func aSettingOfTheOtherExecutorIsRefused() {
        let text = problems("[application.foqus]\nprogram = /bin/true\n")
        #expect(text.hasPrefix("test.conf:2: [application.foqus] program: no such setting"))
    }

    @Test func aNameMustBeOneThatJobsCanUse() {
        #expect(
            problems("[application.my model]\nexecutor = command\nprogram = /bin/true\n")
                == "[application.my model]: an application's name has letters, digits, - _ . only")
    }
}

@Suite struct BadSettingsTests {
    @Test(arguments: [
        ("store", "backend", "cloud", "one of embedded, aws"),
        ("store", "directory", "data", "an absolute path"),
        ("store", "max_receives", "0", "a whole number from 1 to 1000"),
        ("store", "notification_retention", "-1", "a whole number from 0 to 100000000"),
        ("worker", "slots", "many", "a whole number from 1 to 1024"),
        ("worker", "state_directory", "state", "an absolute path"),
        ("worker", "lease", "0s", "a duration from 1s to 12h"),
        ("worker", "long_poll", "21s", "a duration from 1s to 20s"),
        ("worker", "job_timeout", "1 fortnight", "a duration"),
        ("worker", "drain_timeout", "soon", "a duration"),
        ("worker", "keepalive", "2h", "a duration from 1s to 1h"),
        ("worker", "cancel_poll", "1ms", "a duration from 50ms to 1m"),
        ("worker", "fetch_ahead", "2m", "a duration from 0s to 1m"),
        ("worker", "retry_delay", "x", "a duration"),
        ("worker", "cache_size", "1 GX", "a size"),
        ("worker", "output_limit", "100B", "a size of at least 1KiB and of at most 64MiB"),
        ("worker", "log_level", "loud", "one of trace, debug, info, notice, warning, error"),
        ("worker", "log_format", "xml", "one of auto, plain, journal, json"),
        ("gateway", "tls_certificate", "cert.pem", "an absolute path"),
        ("gateway", "tls_key", "", "an absolute path"),
        ("gateway", "body_limit", "5GiB", "a size of at least 1KiB and of at most 4GiB"),
        ("gateway", "connection_limit", "0", "a whole number from 1 to 100000"),
        ("gateway", "log_level", "loud", "one of trace"),
        ("gateway", "log_format", "xml", "one of auto"),
        (
            "application.foqus", "executor", "sinter",
            "one of foqus, command, spreadsheet, fmu, program, turbine, runner"
        ),
        ("application.foqus", "python", "python3", "an absolute path"),
        ("application.foqus", "runner", "Runners", "an absolute path"),
        ("application.foqus", "mode", "spawn", "one of fork, thread"),
        ("application.foqus", "processes", "0", "a whole number from 1 to 1024"),
        ("application.foqus", "recycle_jobs", "0", "a whole number from 1 to 1000000"),
        ("application.foqus", "recycle_memory", "lots", "a size"),
        ("application.foqus", "idle_timeout", "x", "a duration"),
        ("application.foqus", "load_timeout", "x", "a duration"),
        ("application.foqus", "save_session", "perhaps", "true or false"),
    ])
    func isNamedWithItsPlace(_ section: String, _ key: String, _ value: String, _ expected: String) {
        let text = problems("# line 1\n[\(section)]\n\(key) = \(value)\n")
        #expect(text.hasPrefix("test.conf:3: [\(section)] \(key) = \"\(value)\": expected \(expected)"), "\(text)")
    }

    @Test(arguments: ["8080", "localhost", "127.0.0.1:70000", "::1:8080", ":8080", "127.0.0.1:"])
    func anAddressNeedsAPort(_ listen: String) {
        let text = problems("[gateway]\nlisten = \(listen)\n")
        #expect(text.contains("[gateway] listen = \"\(listen)\": expected ADDRESS:PORT"), "\(text)")
    }

    @Test(arguments: ["tls_certificate", "tls_key"])
    func certificateAndKeyGoTogether(_ key: String) {
        let text = problems("[gateway]\n\(key) = /etc/foqus/tls.pem\n")
        #expect(text.contains("[gateway] tls_certificate and tls_key: set both, or none"), "\(text)")
    }

    @Test func userNamesAreChecked() {
        #expect(problems("[worker]\nusers = alice, a:b\n").contains("[worker] users = \"a:b\": bad user name"))
        #expect(problems("[worker]\nusers =\n").contains("[worker] users: expected user names, or * for all"))
    }

    @Test func allBadValuesAreToldAtOnce() {
        let lines = problems("[worker]\nslots = x\nlease = y\n[gateway]\nbody_limit = z\n").split(separator: "\n")
        #expect(lines.map { $0.prefix(11) } == ["test.conf:2", "test.conf:3", "test.conf:5"])
    }
}

@Suite struct MisspeltSettingsTests {
    @Test(arguments: [
        ("[worker]\nslot = 4\n", "test.conf:2: [worker] slot: no such setting; did you mean \"slots\"?"),
        ("[gateway]\nlistne = x\n", "test.conf:2: [gateway] listne: no such setting; did you mean \"listen\"?"),
        ("[gateway]\nslots = 4\n", "test.conf:2: [gateway] slots: no such setting; it belongs to [worker]"),
        ("[wroker]\nslots = 4\n", "test.conf:2: [wroker] slots: there is no such section; did you mean [worker]?"),
        (
            "[application.foqus]\nrecycle_job = 4\n",
            "test.conf:2: [application.foqus] recycle_job: no such setting; did you mean \"recycle_jobs\"?"
        ),
    ])
    func getAHint(_ text: String, _ hint: String) {
        #expect(problems(text) == hint)
    }
}
