public import JSONKit

/// What a simulation is, by the name of its configuration file (cloud-protocol 1.5).
public struct SimulationKind: Sendable, Hashable {
    /// As `PUT /simulation` takes it, lower case.
    public let application: String
    /// As `GET /simulation` lists it.
    public let listedName: String
    public let configurationFile: String

    public static let known: [SimulationKind] = [
        SimulationKind(application: "foqus", listedName: "foqus", configurationFile: "session.foqus"),
        SimulationKind(application: "acm", listedName: "ACM", configurationFile: "acm_sinter.json"),
        SimulationKind(application: "aspenplus", listedName: "aspenplus", configurationFile: "aspenplus_sinter.json"),
        SimulationKind(application: "fake-job", listedName: "fake-job", configurationFile: "fake-job.json"),
        SimulationKind(
            application: "foqus-user-plugin", listedName: "foqus-user-plugin",
            configurationFile: "foqus-user-plugin.json"),
    ]

    public static func named(_ application: String) -> SimulationKind? {
        known.first { $0.application == application.lowercased() }
    }

    /// The kind whose configuration `json` is; nil when none is recognised.
    public static func of(configuration json: JSON) -> SimulationKind? {
        if json["Type"]?.stringValue == "FOQUS_Session" || json["filetype"]?.stringValue == "FOQUS_Session" {
            return named("foqus")
        }
        if json["filetype"]?.stringValue == "sinterconfig", let file = json["aspenfile"]?.stringValue {
            return aspen(file: file)
        }
        if isVersion("0.2", json["config-version"]), let file = json["model"]?["file"]?.stringValue {
            return aspen(file: file)
        }
        guard isVersion("0.3", json["filetype-version"]), let file = json["model"]?["file"]?.stringValue,
            let name = json["application"]?["name"]?.stringValue?.lowercased()
        else {
            return json["filetype"]?.stringValue == "foqus-user-plugin" ? named("foqus-user-plugin") : nil
        }
        if file.hasSuffix(".py"), name == "foqus-user-plugin" { return named("foqus-user-plugin") }
        if file.hasSuffix(".acmf"), name == "aspen custom modeler" { return named("acm") }
        return file.hasSuffix(".bkp") ? named("aspenplus") : nil
    }

    /// Real configurations have numbers there, and the existing gateway's comparison takes those for their texts.
    private static func isVersion(_ text: String, _ json: JSON?) -> Bool {
        json?.stringValue == text || json?.doubleValue == Double(text)
    }

    private static func aspen(file: String) -> SimulationKind? {
        if file.hasSuffix(".acmf") { return named("acm") }
        return file.hasSuffix(".bkp") ? named("aspenplus") : nil
    }
}
