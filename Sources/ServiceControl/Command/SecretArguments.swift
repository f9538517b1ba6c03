import Glibc

/// Values on the command line that nobody else should read.
public enum SecretArguments {
    /// Overwrites the value of an option in the memory that the kernel shows in /proc, after Swift has its copy.
    public static func hide(_ option: String) {
        _ = CommandLine.arguments
        let words = CommandLine.unsafeArgv
        var hidesNext = false
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let word = words[index] else { continue }
            let text = String(cString: word)
            if hidesNext {
                memset(word, CInt(UInt8(ascii: "*")), strlen(word))
            } else if text.hasPrefix(option + "=") {
                memset(word + option.utf8.count + 1, CInt(UInt8(ascii: "*")), strlen(word) - option.utf8.count - 1)
            }
            hidesNext = text == option
        }
    }
}
