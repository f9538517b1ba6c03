/// How the service starts with the machine.
enum Startup: String, CaseIterable, Sendable {
    /// When somebody starts it.
    case manual
    /// With the boot.
    case auto
    /// Never: nobody can start it.
    case disabled
    /// Some minutes after the boot.
    case delayed
}
