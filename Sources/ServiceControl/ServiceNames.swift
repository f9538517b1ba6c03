/// What the service is called.
enum ServiceNames {
    /// As the Windows worker is registered; an alias of the unit.
    static let service = "FOQUS-Cloud-Service"
    static let unit = "foqus-worker.service"
    static let alias = "FOQUS-Cloud-Service.service"
    /// Starts the unit some minutes after the boot.
    static let timer = "foqus-worker-delayed.timer"
    static let program = "foqus-worker"
    /// The account of the unit as it is delivered.
    static let account = "foqus"
}
