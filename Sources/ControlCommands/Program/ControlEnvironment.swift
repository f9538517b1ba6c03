import FOQUSModel
import Stores
import Threading

/// The world of foqusctl: all that its commands see beside their arguments.
public struct ControlEnvironment: Sendable {
    let console: any Console
    let time: any TimeSource
    let interrupts: Interrupts
    /// The environment's variables.
    let variables: [String: String]
    let files: BlockingPool
    /// Connects to a gateway; sends nothing yet.
    let openGateway: @Sendable (ConnectionSettings.Access) async throws(ControlError) -> any GatewayService
    /// The directory of the store that a settings file names; nil for the usual file. Blocks.
    let storeDirectory: @Sendable (_ settings: String?) throws(ControlError) -> String
    /// Opens the users of a store by its directory.
    let openUsers: @Sendable (String) async throws(ControlError) -> OpenUsers
    /// Slow on purpose; called on a thread that may block.
    let hashPassword: @Sendable (String) throws -> String

    /// The users of a store, and how to be done with it.
    struct OpenUsers: Sendable {
        let directory: any UserDirectory
        let close: @Sendable () async -> Void
    }
}
