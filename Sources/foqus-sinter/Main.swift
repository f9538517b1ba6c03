import CommandLineKit
import Configuration
import SinterCommands

@main
struct Main {
    static func main() async {
        let simulators = LocalSimulators()
        await SinterProgram.program(.system(simulators), version: Version.current, date: Version.date)
            .main { await simulators.end() }
    }
}
