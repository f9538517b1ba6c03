import CommandLineKit
import Configuration
import ServiceControl

@main
struct Main {
    static func main() async {
        // Lists of processes show command lines.
        SecretArguments.hide("--password")
        await Program(
            ServiceCommands.description(), version: Version.current, manualSection: 8, manualDate: Version.date
        ).main()
    }
}
