import JSONKit

/// What a program gave as its output, by the rules of `CommandExecutor`.
struct CommandOutput: Sendable, Equatable {
    enum Source: Sendable, Equatable {
        case file, standardOutput, nothing
    }

    let json: JSON
    let source: Source

    struct Unreadable: Error, Sendable, CustomStringConvertible {
        let description: String
    }

    /// - Parameters:
    ///   - file: the content of the output file; nil when there is none.
    ///   - name: the output file's name, for messages.
    ///   - standardOutput: what was kept of stdout.
    ///   - isCut: more than that was printed.
    init(file: [UInt8]?, name: String, standardOutput: [UInt8], isCut: Bool) throws(Unreadable) {
        if let file {
            do {
                json = try JSON.parse(file, options: .lenientNumbers)
            } catch {
                throw Unreadable(description: "\(name) is not valid JSON: \(error)")
            }
            source = .file
        } else if Self.looksLikeJSON(standardOutput) {
            if isCut {
                throw Unreadable(
                    description:
                        "the output on stdout is over \(standardOutput.count) bytes; write it to \(name) instead")
            }
            do {
                json = try JSON.parse(standardOutput, options: .lenientNumbers)
            } catch {
                throw Unreadable(description: "the output on stdout is not valid JSON: \(error)")
            }
            source = .standardOutput
        } else {
            json = [:]
            source = .nothing
        }
    }

    private static func looksLikeJSON(_ bytes: [UInt8]) -> Bool {
        let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }
}
