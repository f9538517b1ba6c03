import CommandLineKit
import Configuration
import ControlCommands
import EventLoop

@main
struct Main {
    static func main() async {
        let environment = ControlEnvironment.system(loop: .start(name: "network"), version: Version.current)
        await ControlProgram.program(environment, version: Version.current, date: Version.date).main()
    }
}
