import Threading

@testable import ControlCommands

/// Keeps what is written, and types passwords.
final class TestConsole: Console {
    private struct State {
        var output: [UInt8] = []
        var messages = ""
        var passwords: [String] = []
        var prompts: [String] = []
    }

    let outputWidth: Int?
    let messageWidth: Int?
    private let standardInput: [UInt8]
    private let state = Locked(State())

    init(outputWidth: Int? = nil, messageWidth: Int? = nil, passwords: [String] = [], input: String = "") {
        self.outputWidth = outputWidth
        self.messageWidth = messageWidth
        standardInput = Array(input.utf8)
        state.withLock { $0.passwords = passwords }
    }

    var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }
    var messages: String { state.withLock { $0.messages } }
    var messageLines: [String] { messages.split(separator: "\n").map(String.init) }
    var prompts: [String] { state.withLock { $0.prompts } }

    func write(_ bytes: [UInt8]) throws(ControlError) { state.withLock { $0.output += bytes } }
    func message(_ text: String) { state.withLock { $0.messages += text } }
    func input(limit: Int) throws(ControlError) -> [UInt8] { standardInput }

    func password(prompt: String) throws(ControlError) -> String {
        let password = state.withLock { state -> String? in
            state.prompts.append(prompt)
            return state.passwords.isEmpty ? nil : state.passwords.removeFirst()
        }
        guard let password else { throw ControlError(.local, "no terminal") }
        return password
    }
}
