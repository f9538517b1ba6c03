/// Why a request to a Turbine gateway came to nothing.
struct TurbineError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        /// It cannot be reached, or is in trouble itself; worth another try.
        case away
        /// What was asked for is not there.
        case notFound
        /// It will not do it: who asks, or what for, is wrong.
        case refused(Int)
        /// It answers what no Turbine gateway does.
        case strange
        /// The task was cancelled.
        case cancelled
    }

    let code: Code
    /// What was asked for and what became of it.
    let description: String
}
