import Configuration
import CryptoTools
import EmbeddedStores
public import EventLoop
import Glibc
import Settings
import Stores
import Threading

extension ControlEnvironment {
    /// The world of this process.
    ///
    /// - Parameters:
    ///   - loop: carries the network and the signals; runs until the process ends.
    ///   - version: told to gateways.
    public static func system(loop: EventLoop, version: String) -> ControlEnvironment {
        let console = SystemConsole()
        let interrupts = Interrupts { interrupt in
            console.restoreTerminal()
            // As shells report a process that the signal ended.
            _exit(interrupt == .interrupt ? 128 + SIGINT : 128 + SIGTERM)
        }
        let signals = UnixSignals.stream([SIGINT, SIGQUIT, SIGTERM, SIGHUP], loop: loop)
        Task {
            for await signal in signals {
                interrupts.raise(signal == SIGINT ? .interrupt : .leave)
            }
        }
        return ControlEnvironment(
            console: console, time: SystemTime(), interrupts: interrupts, variables: CommonOptions.environment(),
            files: BlockingPool(name: "files", limit: 2),
            openGateway: { access in RemoteGateway.connect(access, loop: loop, version: version) },
            storeDirectory: { file throws(ControlError) in
                do {
                    return try FOQUSSettings.load(file: file, environment: CommonOptions.environment())
                        .store.embeddedDirectory(for: "foqusctl user")
                } catch {
                    throw ControlError(.settings, "\(error)\nRepair the settings, or name the store by --store DIR.")
                }
            },
            openUsers: { directory throws(ControlError) in
                do {
                    try StoreOwner.become(ownerOf: directory)
                } catch {
                    throw ControlError(.local, "\(error).")
                }
                do throws(StoreError) {
                    let store = try await EmbeddedBackend.open(
                        directory: directory, options: EmbeddedOptions(role: .tool), loop: loop)
                    return OpenUsers(directory: store.users, close: { await store.close() })
                } catch {
                    throw ControlError(.local, "\(error). --store DIR names another store.")
                }
            },
            hashPassword: { try PasswordHash.make($0).text })
    }
}
