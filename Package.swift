// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target. Tools version 6 selects language mode 6 (complete concurrency checking).
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

let strictC: [CSetting] = [
    .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"),
    .unsafeFlags(["-fstack-protector-strong"]), .define("_FORTIFY_SOURCE", to: "2", .when(configuration: .release)),
]

/// A C library of Debian's. No code is compiled for it; only one kit may import it.
func debian(_ name: String, _ pkgConfig: String, _ package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// A kit: a thin, typed owner of one C library or one subject of the operating system.
func kit(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/kits/\(name)", swiftSettings: strict)
}

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// Code that only tests use.
func support(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, swiftSettings: strict)
}

func tests(_ subject: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(subject)Tests", dependencies: [.target(name: subject), "TestSupport"] + dependencies,
        swiftSettings: strict)
}

let package = Package(
    name: "foqus-worker",
    products: [
        .executable(name: "foqus-worker", targets: ["foqus-worker"]),
        .executable(name: "foqus-worker-aws", targets: ["foqus-worker-aws"]),
        .executable(name: "foqus-gateway", targets: ["foqus-gateway"]),
        .executable(name: "foqus-service", targets: ["foqus-service"]),
        .executable(name: "foqusctl", targets: ["foqusctl"]),
        .executable(name: "foqus-sinter", targets: ["foqus-sinter"]),
    ],
    targets: [
        // MARK: C libraries
        debian("CCurl", "libcurl", "libcurl4-openssl-dev"),
        debian("CSystemd", "libsystemd", "libsystemd-dev"),
        debian("COpenSSL", "libcrypto", "libssl-dev"),
        debian("CSQLite", "sqlite3", "libsqlite3-dev"),
        debian("CMicrohttpd", "libmicrohttpd", "libmicrohttpd-dev"),
        debian("CInih", "inih", "libinih-dev"),
        debian("CExpat", "expat", "libexpat1-dev"),
        debian("CUDUnits", "udunits", "libudunits2-dev"),
        .target(name: "CPlatform", cSettings: strictC),

        // MARK: kits
        kit("Threading", ["CPlatform"]),
        kit("EventLoop", ["CPlatform", "Threading"]),
        kit("FileKit", ["CPlatform", "Threading"]),
        kit("ProcessKit", ["CPlatform", "EventLoop", "Threading"]),
        kit("SQLiteKit", ["CSQLite", "Threading"]),
        kit("CryptoTools", ["COpenSSL"]),
        kit("JSONKit"),
        kit("HTTPServer", ["CMicrohttpd", "EventLoop", "Threading"]),
        kit("HTTPClient", ["CCurl", "CPlatform", "EventLoop"]),
        kit("XMLReader", ["CExpat"]),
        kit("SystemdKit", ["CSystemd", "EventLoop", "Threading"]),
        kit("Logging", ["Threading"]),
        kit("TextKit"),
        kit("Settings", ["CInih", "FileKit", "TextKit"]),
        kit("MetricsKit", ["Threading"]),
        kit("CommandLineKit", ["Threading", "TextKit"]),
        kit("UnitsKit", ["CUDUnits", "Threading"]),

        // MARK: the domain
        library("FOQUSModel", ["JSONKit"]),
        library("JournalEvents", ["Logging"]),
        library("Sinter", ["JSONKit", "TextKit", "UnitsKit"]),
        library("Stores", ["FOQUSModel", "JSONKit"]),
        library(
            "EmbeddedStores",
            ["Stores", "FOQUSModel", "JSONKit", "SQLiteKit", "FileKit", "CryptoTools", "EventLoop", "Threading"]),
        library(
            "AWSClient",
            [
                "Stores", "FOQUSModel", "JSONKit", "XMLReader", "HTTPClient", "CryptoTools", "EventLoop", "FileKit",
                "Logging", "Settings", "Threading",
            ]),
        library(
            "AWSStores",
            [
                "AWSClient", "Stores", "FOQUSModel", "JSONKit", "XMLReader", "HTTPClient", "CryptoTools", "EventLoop",
                "FileKit", "Logging", "Threading",
            ]),
        library(
            "Executors",
            [
                "Sinter", "FOQUSModel", "JSONKit", "ProcessKit", "FileKit", "EventLoop", "Threading", "Logging",
                "HTTPClient", "CryptoTools", "TextKit",
            ]),
        library(
            "WorkerEngine",
            [
                "Executors", "Stores", "FOQUSModel", "JournalEvents", "JSONKit", "SQLiteKit", "FileKit", "CryptoTools",
                "Threading", "Logging",
            ]),
        library(
            "Gateway",
            [
                "Stores", "FOQUSModel", "JournalEvents", "JSONKit", "HTTPServer", "CryptoTools", "EventLoop",
                "MetricsKit", "Threading", "Logging",
            ]),
        library(
            "Monitoring",
            [
                "Configuration", "Stores", "JSONKit", "HTTPServer", "EventLoop", "MetricsKit", "FileKit", "Logging",
                "Threading",
            ]),
        library("GatewayClient", ["FOQUSModel", "JSONKit", "HTTPClient", "EventLoop"]),
        library(
            "Configuration",
            [
                "Settings", "Logging", "JournalEvents", "SystemdKit", "CommandLineKit", "EmbeddedStores", "FOQUSModel",
                "FileKit", "JSONKit",
            ]),

        // MARK: programs
        library(
            "WorkerProgram",
            [
                "Configuration", "CommandLineKit", "Settings", "WorkerEngine", "Executors", "Stores", "EmbeddedStores",
                "FOQUSModel", "JournalEvents", "Monitoring", "MetricsKit", "JSONKit", "EventLoop", "ProcessKit",
                "FileKit", "Logging", "SystemdKit", "Threading",
            ]),
        program("foqus-worker", ["WorkerProgram", "Configuration", "CommandLineKit"]),
        program(
            "foqus-worker-aws",
            [
                "WorkerProgram", "Configuration", "CommandLineKit", "Settings", "AWSStores", "AWSClient", "HTTPClient",
                "Stores", "FOQUSModel", "EventLoop", "Logging", "Threading",
            ]),
        program(
            "foqus-gateway",
            [
                "Configuration", "CommandLineKit", "Gateway", "Stores", "EmbeddedStores", "HTTPServer", "EventLoop",
                "FileKit", "JournalEvents", "JSONKit", "Logging", "MetricsKit", "Monitoring", "SystemdKit", "Threading",
            ]),
        program("foqus-service", ["ServiceControl", "CommandLineKit", "Configuration"]),
        .target(
            name: "ServiceControl",
            dependencies: [
                "Configuration", "CommandLineKit", "JSONKit", "SystemdKit", "ProcessKit", "HTTPClient", "FileKit",
                "EventLoop", "Settings",
            ],
            // The units as they are delivered: links to systemd/.
            resources: [
                .embedInCode("Resources/foqus-worker.service"), .embedInCode("Resources/foqus-worker-delayed.timer"),
            ], swiftSettings: strict),
        // A tool of script/bench, not a product.
        .executableTarget(
            name: "store-bench",
            dependencies: [
                "AWSStores", "AWSClient", "HTTPClient", "Stores", "EventLoop", "Logging", "Threading", "FOQUSModel",
                "CommandLineKit", "Configuration",
            ], path: "Benchmarks/store-bench", swiftSettings: strict),
        program("foqusctl", ["ControlCommands", "CommandLineKit", "Configuration", "EventLoop"]),
        library(
            "ControlCommands",
            [
                "Configuration", "CommandLineKit", "GatewayClient", "FOQUSModel", "JSONKit", "EventLoop", "FileKit",
                "Stores", "EmbeddedStores", "Threading", "HTTPClient", "CryptoTools", "Settings", "TextKit",
            ]),

        program("foqus-sinter", ["SinterCommands", "CommandLineKit", "Configuration"]),
        library(
            "SinterCommands",
            [
                "Executors", "Sinter", "CommandLineKit", "EventLoop", "Logging", "ProcessKit", "JSONKit", "TextKit",
                "UnitsKit", "FileKit", "CryptoTools", "FOQUSModel",
                "Stores", "Threading",
            ]),

        // MARK: tests
        support("TestSupport", ["EventLoop", "FileKit", "Stores", "FOQUSModel", "Threading"]),
        support(
            "AWSPeers",
            [
                "AWSClient", "Stores", "JSONKit", "HTTPClient", "EventLoop", "ProcessKit", "FileKit", "TestSupport",
            ], exclude: ["fault_proxy.py", "peer_host.py", "requirements.txt"]),
        support("AWSFakes", ["HTTPServer", "FOQUSModel", "Stores", "Threading"]),
        support("StoreConformance", ["Stores", "FOQUSModel", "JSONKit", "FileKit", "Threading"]),
        tests("Threading"), tests("EventLoop", ["Threading"]), tests("FileKit"),
        tests("ProcessKit", ["EventLoop", "FileKit", "Threading"]),
        tests("SQLiteKit", ["Threading"]), tests("CryptoTools"), tests("JSONKit"),
        tests("HTTPServer", ["FileKit", "Threading"]), tests("HTTPClient", ["EventLoop", "HTTPServer", "Threading"]),
        tests("XMLReader"),
        tests(
            "AWSClient",
            [
                "AWSPeers", "AWSFakes", "Stores", "FOQUSModel", "JSONKit", "HTTPServer", "HTTPClient", "EventLoop",
                "FileKit", "Logging", "Threading", "CryptoTools", "XMLReader",
            ]),
        tests(
            "AWSStores",
            [
                "AWSClient", "AWSPeers", "StoreConformance", "Stores", "FOQUSModel", "JSONKit", "EventLoop",
                "HTTPClient", "HTTPServer", "CryptoTools", "FileKit", "Logging", "ProcessKit", "Threading",
            ]),
        tests("SystemdKit", ["CSystemd", "EventLoop", "FileKit", "ProcessKit"]), tests("Logging", ["Threading"]),
        tests("Settings", ["FileKit"]),
        tests("CommandLineKit", ["Threading"]), tests("TextKit"), tests("UnitsKit", ["Threading"]),
        tests("MetricsKit"),
        tests(
            "Monitoring",
            [
                "Configuration", "Stores", "FOQUSModel", "JSONKit", "HTTPClient", "EventLoop", "MetricsKit", "FileKit",
                "Logging", "Threading",
            ]),
        tests("JournalEvents", ["FileKit", "ProcessKit", "EventLoop"]),
        tests("FOQUSModel", ["JSONKit", "FileKit"]),
        tests("Sinter", ["JSONKit", "TextKit", "UnitsKit", "FileKit", "Threading"]),
        tests("WorkerProgram", ["Executors", "WorkerEngine"]),
        tests(
            "EmbeddedStores",
            ["StoreConformance", "Stores", "FOQUSModel", "JSONKit", "EventLoop", "SQLiteKit", "FileKit", "Threading"]),
        tests(
            "Executors",
            [
                "Sinter", "FOQUSModel", "JSONKit", "EventLoop", "FileKit", "ProcessKit", "Logging", "Threading",
                "HTTPServer", "CryptoTools",
            ]),
        tests(
            "WorkerEngine",
            [
                "Executors", "Stores", "EmbeddedStores", "FOQUSModel", "JSONKit", "JournalEvents", "EventLoop",
                "FileKit",
                "Logging", "Threading",
            ]),
        tests(
            "Gateway",
            [
                "Stores", "EmbeddedStores", "FOQUSModel", "JSONKit", "EventLoop", "HTTPServer", "HTTPClient",
                "CryptoTools", "Logging", "GatewayClient", "Threading",
            ]),
        tests(
            "SinterCommands", ["Sinter", "CommandLineKit", "JSONKit", "FileKit", "Stores", "FOQUSModel", "Threading"]),
        tests("Configuration", ["Settings", "CommandLineKit", "FileKit", "FOQUSModel"]),
        tests("ServiceControl", ["CommandLineKit", "FileKit", "SystemdKit"]),
        tests(
            "ControlCommands",
            [
                "CommandLineKit", "JSONKit", "FOQUSModel", "Stores", "Threading", "FileKit", "EventLoop", "HTTPServer",
                "HTTPClient", "GatewayClient",
            ]),
        .testTarget(
            name: "SystemTests",
            dependencies: [
                "TestSupport", "AWSPeers", "AWSFakes", "AWSClient", "EventLoop", "ProcessKit", "FileKit", "JSONKit",
                "Stores", "GatewayClient", "HTTPClient", "FOQUSModel", "SQLiteKit", "SystemdKit", "Threading",
            ],
            exclude: ["Support/cloud.py", "Support/watch.py", "Support/alerts-test.yml"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
