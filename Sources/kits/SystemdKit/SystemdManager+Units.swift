import Glibc

extension SystemdManager {
    /// The part of a unit's properties that all units have.
    public static let unitInterface = "org.freedesktop.systemd1.Unit"
    public static let serviceInterface = "org.freedesktop.systemd1.Service"
    public static let scopeInterface = "org.freedesktop.systemd1.Scope"

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

    /// Sends a signal to the processes of a unit.
    /// - Parameter whom: `main`, `control` or `all`.
    public func kill(_ unit: String, whom: String = "all", signal: Int32) async throws(BusError) {
        _ = try await call("KillUnit", [.string(unit), .string(whom), .int32(signal)])
    }

    /// Forgets that a unit failed, and how often it was started. Nothing when it is not loaded.
    public func resetFailed(_ unit: String) async throws(BusError) {
        do throws(BusError) {
            _ = try await call("ResetFailedUnit", [.string(unit)])
        } catch {
            if !error.isNoSuchUnit { throw error }
        }
    }

    /// Sets properties of a loaded unit until it is unloaded or, when not `runtime`, by files for ever.
    public func setProperties(
        of unit: String, runtime: Bool = true, _ properties: [(name: String, value: BusValue)]
    ) async throws(BusError) {
        _ = try await call("SetUnitProperties", [.string(unit), .bool(runtime), .properties(properties)])
    }
}
