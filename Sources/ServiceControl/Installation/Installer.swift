import FileKit
import Glibc
import SystemdKit

/// Brings what is installed to what a record asks for. Each step replaces whole files or changes nothing that is so
/// already, and the record says that it is incomplete until the last one: whoever is interrupted can do it again, or
/// remove it.
struct Installer {
    let places: UnitPlaces
    let manager: SystemdManager

    /// The folder of the programs, and the settings file that the unit is to name, where no package has brought a unit.
    let program: String
    let settings: String?

    func apply(_ wanted: ServiceRecord) async throws {
        var record = wanted
        record.isComplete = false
        let unit = try unitFile()
        record.isProgramInHome = isOurs(unit) && ["/home/", "/root/", "/run/user/"].contains { program.hasPrefix($0) }
        try write(record.text, to: places.record)
        if record.startup == .delayed { try writeTimer() }
        // Links are made by what is on the disk: systemd need not have read it yet.
        try await apply(record.startup)
        if record.startup != .delayed { try remove(ourFile(of: ServiceNames.timer)) }
        // Last, as systemd takes all links to a unit away when it is disabled.
        try link(places.alias, to: record.startup == .disabled ? "/dev/null" : unit)
        record.isComplete = true
        try write(record.text, to: places.record)
        try await manager.reloadFiles()
    }

    /// Takes away what `apply` made. The record goes last.
    func remove() async throws {
        try await apply(.manual)
        for path in [
            places.alias, ourFile(of: ServiceNames.timer), ourFile(of: ServiceNames.unit), places.startArguments,
        ] {
            try remove(path)
        }
        try remove(places.record)
        for folder in [places.record, places.startArguments].map(Path.parent) { rmdir(folder) }
        try await manager.reloadFiles()
        try await manager.resetFailed(ServiceNames.unit)
    }

    /// Whether there is anything that `remove` would take away.
    var hasTraces: Bool {
        File.exists(places.record) || File.exists(places.alias) || ourFile(of: ServiceNames.unit) != nil
            || ourFile(of: ServiceNames.timer) != nil
    }

    // MARK: files

    /// The unit's file, written unless a package or the administrator has brought one.
    private func unitFile() throws -> String {
        if let file = places.file(of: ServiceNames.unit), !isOurs(file) { return file }
        let path = Path.join(places.units, ServiceNames.unit)
        try write(UnitText.worker(places.scope, program: program, settings: settings), to: path)
        return path
    }

    private func writeTimer() throws {
        if let file = places.file(of: ServiceNames.timer), !isOurs(file) { return }
        try write("\(UnitText.mark)\n\(UnitText.timer)", to: Path.join(places.units, ServiceNames.timer))
    }

    private func ourFile(of unit: String) -> String? {
        let path = Path.join(places.units, unit)
        return isOurs(path) ? path : nil
    }

    private func isOurs(_ path: String) -> Bool {
        guard let bytes = try? File.read(path, limit: 1 << 20) else { return false }
        return bytes.starts(with: Array(UnitText.mark.utf8))
    }

    private func write(_ text: String, to path: String) throws(FileError) {
        let bytes = Array(text.utf8)
        if let there = try? File.read(path, limit: 1 << 20), there == bytes { return }
        try Directory.create(Path.parent(path))
        try File.writeAtomically(bytes, to: path, sync: true)
    }

    private func remove(_ path: String?) throws(FileError) { if let path { try File.remove(path) } }

    private func link(_ path: String, to target: String) throws(FileError) {
        let new = path + ".new"
        try File.remove(new)
        guard symlink(target, new) == 0 else { throw FileError(code: errno, operation: "create the link", path: path) }
        try File.move(from: new, to: path)
    }

    // MARK: systemd

    private func apply(_ startup: Startup) async throws(BusError) {
        let (unit, timer) = (ServiceNames.unit, ServiceNames.timer)
        var state = try await manager.fileState(of: unit)
        if startup != .disabled, state == "masked" {
            try await manager.unmask([unit])
            state = try await manager.fileState(of: unit)
        }
        if startup != .auto, state == "enabled" { try await manager.disable([unit]) }
        if startup != .delayed, try await manager.fileState(of: timer) != nil {
            try await manager.disable([timer])
            // What waits for its time must not start a service that is to be started by hand.
            if try await manager.property("ActiveState", of: timer) == .string("active") {
                _ = try await manager.stop(timer)
            }
        }
        switch startup {
        case .manual: break
        case .auto: try await manager.enable([unit])
        case .delayed: try await manager.enable([timer])
        case .disabled: if state != "masked" { try await manager.mask([unit]) }
        }
    }
}
