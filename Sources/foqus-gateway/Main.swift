import CommandLineKit
import Configuration

@main
struct Main {
    static func main() async {
        await Program(
            GatewayCommands.description, version: Version.current, manualSection: 8, manualDate: Version.date
        ).main()
    }
}
