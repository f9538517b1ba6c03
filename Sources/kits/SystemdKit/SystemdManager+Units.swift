import Glibc

extension SystemdManager {
    /// The part of a unit's properties that all units have.
    public static let unitInterface = "org.freedesktop.systemd1.Unit"
    public static let serviceInterface = "org.freedesktop.systemd1.Service"

    /// All properties of a unit, which is loaded from its file if need be. One that has no file has a `LoadState` of
    /// `not-found`.
    public func properties(of unit: String, _ interface: String = unitInterface) async throws(BusError) -> [String:
        BusValue]
    {
        let answer = try await call("LoadUnit", [.string(unit)])
        guard let path = answer.first?.stringValue else { throw BusError(code: EBADMSG, "find the unit \(unit)") }
        return try await connection.properties(of: interface, at: path, Self.destination)
    }

    /// One property of a unit that is loaded, as a running one is; nil when it is not.
    public func property(
        _ name: String, of unit: String, _ interface: String = unitInterface
    ) async throws(BusError) -> BusValue? {
        do throws(BusError) {
            guard let path = try await call("GetUnit", [.string(unit)]).first?.stringValue else { return nil }
            return try await connection.property(name, of: interface, at: path, Self.destination)
        } catch {
            if error.isNoSuchUnit { return nil }
            throw error
        }
    }

    /// Forgets that a unit failed, and how often it was started. Nothing when it is not loaded.
    public func resetFailed(_ unit: String) async throws(BusError) {
        do throws(BusError) {
            _ = try await call("ResetFailedUnit", [.string(unit)])
        } catch {
            if !error.isNoSuchUnit { throw error }
        }
    }
}
