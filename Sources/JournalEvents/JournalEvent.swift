public import Logging

/// The kinds of entries that operators find by `MESSAGE_ID`. packaging/catalog/foqus.catalog explains each of them to
/// `journalctl -x`; a test compares the two.
public enum JournalEvent: String, CaseIterable, LogEvent {
    // MARK: a job's way through a worker

    /// A message was taken off the queue.
    case jobReceived = "c1bcde8232044134838efa8f983781f1"
    /// It has a slot, and its files are being staged.
    case jobStarted = "03820a65d90a4c27ad368fb48b25c320"
    /// The run ended in success.
    case jobSucceeded = "77f461cd43164a41b8f63dcf8b0e713b"
    /// The run ended in error, which is the job's own.
    case jobFailed = "a888bda05d25422ab8a6ff6eee51134d"
    /// Its user killed it.
    case jobKilled = "a68908bdf5ed4d80a3097d4c490a1def"
    /// It went back to the queue, not by its own fault.
    case jobGivenBack = "dab506ef46bf49a5800b2e26d95e3e79"
    /// The machine failed, and the job is tried again unless there were too many attempts.
    case jobRetried = "4ed29233643a46748973512d041a9b0b"
    /// Somebody else has finished it or works on it.
    case jobDropped = "063df653c3964285bd85e98728e57770"
    /// The message is no job for this worker.
    case jobRefused = "2771e0976f4943ed922290ef8d238764"
    /// All that the outside world must see of the attempt is out.
    case jobDelivered = "0676562ab2a94e4eb8cefe4284208c18"
    /// Another worker has the message.
    case leaseLost = "ebe2e80e43b342738999f648f77a28af"
    /// A file or notification of a job can never be delivered.
    case fileGivenUp = "b1c6ae907e53404da5b06f670d58bad9"

    // MARK: a worker's own life

    /// It polls for jobs.
    case workerStarted = "78c6e9f1572049c9ab2f2a54ceaaa168"
    /// It takes no new jobs.
    case workerDraining = "7ecfe51b36e94058984fcef55896d536"
    /// It has ended as it was told.
    case workerStopped = "ba4a7f99048d44b0aabaf14affbf430e"
    /// It ends by a fault.
    case workerCannotWork = "12b6ca94948f4705bf51d6ebd8e8fa10"
    /// An earlier life had left something.
    case workerTookOver = "3dffa32b80ea44cf9860168734ffc4a1"
    /// A part of it does not come back.
    case workerHangs = "f91876b5102c48489cff74bb5e174efe"
    /// Changed settings are in force.
    case settingsReloaded = "f2e8090ce19f4a3b90af70ace50c57cf"
    /// The settings before stay in force.
    case settingsRefused = "9e3cec75a66643edae8dca99a6ddf55d"
    /// The machine is about to go.
    case machineLeaves = "f2b7ceafaaeb4fbdb9f7dde682953545"
    /// No jobs can be received.
    case queueAway = "d1bb01b3581744eaa1f3823b43c92d65"
    /// Jobs can be received again.
    case queueBack = "b188ec1dfb33458ea99ed859743264d2"
    /// Leases cannot be renewed.
    case leasesFail = "fdc600ef89a54851ad3b3ae047d3d262"
    /// Leases are renewed again.
    case leasesBack = "4e262c0dac93491592fc679111ccd274"
    /// Results cannot be delivered.
    case outboxWaits = "d492a74ddd014043b0e3ddf01abafe8c"
    /// Results are delivered again.
    case outboxBack = "7512515cf9c04ca8b6228128c63236a4"
    /// The attempt journal cannot be written.
    case journalFull = "7d582ccaa761404bb54798b165f96c4e"
    /// The attempt journal can be written again.
    case journalBack = "a1c85b4a1aa54a66b6fc0317eb0229b3"
    /// The journal was too slow.
    case entriesLost = "b2570ca50b0b484393ac011fcca7439f"

    // MARK: the gateway

    /// It serves.
    case gatewayStarted = "5fb704fc817749d59a15f6ccb8d1e7a6"
    /// It has ended as it was told.
    case gatewayStopped = "fda1bf3165b9486e953c964aa1733dd0"
    /// This gateway brings the job table up to date.
    case processorStarted = "c7eca19799c94d6584fc4056939f1360"
    /// This gateway does so no more.
    case processorStopped = "17e5fea12a3847618649bb23b6d6ccaf"
    /// Notifications cannot be processed now.
    case processorFails = "091f365518a94effb27c1a014a84d9cd"
    /// Notifications are processed again.
    case processorBack = "c742487d758a4b55b84f431665690c11"
    /// Nobody can read it.
    case notificationPassedOver = "ed57e5c28786455bb2691ecc97fc1d29"
    /// All its attempts were lost.
    case jobGivenUp = "acf685b7c0a54e079fc54e376f4b9587"

    public var messageID: String { rawValue }

    /// The case's name in words, as `job-given-back`.
    public var name: String {
        "\(self)".reduce(into: "") { words, letter in
            words += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
        }
    }
}
