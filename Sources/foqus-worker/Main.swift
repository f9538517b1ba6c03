import CommandLineKit
import Configuration
import WorkerProgram

@main
struct Main {
    static func main() async {
        await Program(
            WorkerCommands.description(nil), version: Version.current, manualSection: 8, manualDate: Version.date
        ).main()
    }
}
