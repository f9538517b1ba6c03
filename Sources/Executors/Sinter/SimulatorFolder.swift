import FileKit
import Sinter
import Threading

extension BlockingPool {
    /// Gives one run of a simulator a new folder, which is removed with all that is in it.
    /// - Parameter base: where it is made. Absolute.
    func withRunFolder<Value: Sendable>(
        below base: String, _ body: (_ folder: String) async throws(SimulatorFailure) -> Value
    ) async throws(SimulatorFailure) -> Value {
        let folder: TemporaryDirectory
        do throws(FileError) {
            folder = try await run { () throws(FileError) in try TemporaryDirectory(below: base, prefix: "run") }
        } catch {
            throw SimulatorFailure(.unavailable, "\(error)")
        }
        let result: Result<Value, SimulatorFailure>
        do throws(SimulatorFailure) { result = .success(try await body(folder.path)) } catch {
            result = .failure(error)
        }
        await run { try? folder.remove() }
        return try result.get()
    }
}

extension SimulatorFailure {
    /// A run was ended after its limit.
    static func overdue(_ limit: Duration?) -> SimulatorFailure {
        SimulatorFailure(.timeout, "the run took longer than \(limit ?? .zero) and was ended")
    }

    static let cancelled = SimulatorFailure(.lost, "the run was cancelled")
}
