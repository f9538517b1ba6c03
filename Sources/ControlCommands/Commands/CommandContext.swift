import FOQUSModel
import JSONKit
import Stores
import Threading

/// What a command works with.
struct CommandContext: Sendable {
    let gateway: any GatewayService
    let console: any Console
    let time: any TimeSource
    let interrupts: Interrupts
    /// For reading and writing files.
    let files: BlockingPool
    /// One JSON document on standard output instead of text.
    var json = false
    /// No progress on standard error.
    var quiet = false

    /// - Parameter label: what the progress is of.
    func display(_ label: String = "jobs") -> ProgressDisplay {
        ProgressDisplay(label: label, console: console, time: time, quiet: quiet)
    }

    /// The command's answer: `json` or the text, as the user wants it.
    func answer(_ json: JSON, text: @autoclosure () -> String) throws(ControlError) {
        try self.json ? console.write(json.serialized(pretty: true) + [UInt8(ascii: "\n")]) : console.write(text())
    }
}

extension SessionSummary {
    /// `{"Session","Jobs","Finished","States"}`.
    func json(of session: SessionID) -> JSONObject {
        var object: JSONObject = ["Session": .string(session.description)]
        for (name, value) in json.objectValue ?? [:] { object[name] = value }
        return object
    }

    /// Throws `jobsFailed` with `text` when a job ended without success.
    func requireSuccess() throws(ControlError) {
        let lost = failed + killed
        if lost > 0 {
            throw ControlError(.jobsFailed, "\(lost) of \(total.of("job")) did not succeed: \(stateText).")
        }
    }
}

extension SessionID {
    static func argument(_ text: String) throws(ControlError) -> SessionID {
        guard let id = SessionID(text) else {
            throw ControlError(
                .usage, "\"\(text.prefix(64))\" is not a session's id. foqusctl session list shows yours.")
        }
        return id
    }
}
