extension SystemdManager {
    /// Reads all unit files anew; returns when that is done (`systemctl daemon-reload`).
    public func reloadFiles() async throws(BusError) { _ = try await call("Reload") }

    /// `enabled`, `disabled`, `static`, `masked`, `alias`, …; nil when there is no such file.
    public func fileState(of unit: String) async throws(BusError) -> String? {
        do throws(BusError) {
            return try await call("GetUnitFileState", [.string(unit)]).first?.stringValue
        } catch {
            if error.isNoSuchUnit { return nil }
            throw error
        }
    }

    /// Makes the links of the units' `[Install]` sections. Follow it with `reloadFiles()`.
    /// - Returns: whether a unit has such a section at all.
    @discardableResult
    public func enable(_ units: [String]) async throws(BusError) -> Bool {
        try await call("EnableUnitFiles", [.strings(units), .bool(false), .bool(false)]).first?.boolValue ?? false
    }

    /// Removes all links to the units. Follow it with `reloadFiles()`.
    public func disable(_ units: [String]) async throws(BusError) {
        _ = try await call("DisableUnitFiles", [.strings(units), .bool(false)])
    }

    /// Links the units to nothing, so that nobody can start them. Follow it with `reloadFiles()`.
    public func mask(_ units: [String]) async throws(BusError) {
        _ = try await call("MaskUnitFiles", [.strings(units), .bool(false), .bool(false)])
    }

    /// Takes such links away. Follow it with `reloadFiles()`.
    public func unmask(_ units: [String]) async throws(BusError) {
        _ = try await call("UnmaskUnitFiles", [.strings(units), .bool(false)])
    }
}
