import CommandLineKit
import Glibc

/// What the options of `install` and `update` say; nil where nothing was said.
struct InstallOptions: Sendable {
    let startup: Startup?
    let account: Account?
    let isInteractive: Bool?
    let counters: CounterExport?
    let givesPassword: Bool
    let givesLibrary: Bool

    init(_ arguments: ParsedArguments) throws {
        startup = arguments.value("startup").flatMap(Startup.init(rawValue:))
        account = try arguments.value("username").map { name throws(ServiceError) in try Account(option: name) }
        isInteractive = arguments.flagIfGiven("interactive")
        counters = try arguments.value("perfmonini").map { path throws(ServiceError) in try CounterExport(iniFile: path)
        }
        givesPassword = arguments.value("password") != nil
        givesLibrary = arguments.value("perfmondll") != nil
    }

    /// Changes what was said and nothing else.
    func change(_ record: inout ServiceRecord) {
        if let startup { record.startup = startup }
        if let account { record.username = account.name == ServiceNames.account ? nil : account.name }
        if let isInteractive { record.display = isInteractive ? Self.display() : nil }
        if let counters { record.counters = counters }
    }

    /// What to know about the options that do something else here than on Windows, or nothing.
    func explain(_ record: ServiceRecord, _ context: ServiceContext) {
        if givesPassword {
            context.note(
                "--password is ignored and not stored: systemd starts services under an account without its password. "
                    + "Shells and process lists may have kept it: change it if it is in use.")
        }
        if givesLibrary {
            context.note(
                "--perfmondll is ignored: no library reads performance data here. The worker serves it as OpenMetrics, "
                    + "see listen in [metrics].")
        }
        if isInteractive == true, let display = record.display {
            let variables = display.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " ")
            context.note(
                "--interactive: the service reaches the display by \(variables). For this ProtectHome, PrivateTmp, "
                    + "PrivateDevices and PrivateUsers are off: jobs can see home directories, /tmp and devices.")
        }
    }

    /// Of this shell, or the machine's first display.
    private static func display() -> [String: String] {
        var display: [String: String] = [:]
        for name in ServiceRecord.displayVariables { display[name] = UnitPlaces.variable(name) }
        if display["DISPLAY"] == nil, display["WAYLAND_DISPLAY"] == nil { display["DISPLAY"] = ":0" }
        return display
    }
}
