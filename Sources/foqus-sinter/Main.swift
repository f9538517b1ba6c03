import CommandLineKit
import Configuration
import SinterCommands

@main
struct Main {
    static func main() async {
        await SinterProgram.program(.system(simulators: nil), version: Version.current, date: Version.date).main()
    }
}
