import CUDUnits
import Threading

/// Units of measurement, by UDUNITS-2: what its database knows (`kg/s`, `degF`, `m3/hr`, `kW.h`) and what process
/// engineers write besides (`psia`, `lbmol/hr`, `MMBtu/hr`, see `FieldUnits`).
///
/// The database is read when it is first needed, some milliseconds of file I/O; call ``load()`` from a thread that may
/// block to have it done by then. Everything else is fast. Any number of threads may use one system.
public final class UnitSystem: Sendable {
    /// The one of the process.
    public static let shared = UnitSystem()

    private enum State {
        case unread
        case read(OpaquePointer)
        case failed(UnitsError)
    }

    private let path: String?
    private let state: Locked<UncheckedState>

    /// The library's parser and its status are global variables: one call at a time in the whole process.
    private static let library = Locked(())

    /// Pointers may go from thread to thread, under the lock.
    private struct UncheckedState: @unchecked Sendable {
        var state: State
    }

    /// - Parameter path: the XML database to read; nil for the system's, or what `UDUNITS2_XML_PATH` names.
    public init(path: String? = nil) {
        self.path = path
        state = Locked(UncheckedState(state: .unread))
    }

    deinit {
        state.withLock { state in
            if case .read(let system) = state.state { Self.library.withLock { _ in ut_free_system(system) } }
        }
    }

    /// Reads the database if that has not been done.
    public func load() throws(UnitsError) {
        try withSystem { (_: OpaquePointer) throws(UnitsError) in }
    }

    /// Whether `text` is a unit; throws what is wrong with it.
    public func check(_ text: String) throws(UnitsError) {
        try withSystem { (system: OpaquePointer) throws(UnitsError) in
            ut_free(try Self.parse(text, system))
        }
    }

    /// What converts values in `source` to values in `target`.
    public func converter(from source: String, to target: String) throws(UnitsError) -> UnitConverter {
        try withSystem { (system: OpaquePointer) throws(UnitsError) in
            let from = try Self.parse(source, system)
            defer { ut_free(from) }
            let to = try Self.parse(target, system)
            defer { ut_free(to) }
            guard ut_are_convertible(from, to) != 0, let converter = ut_get_converter(from, to) else {
                throw UnitsError.incompatible(from: source, to: target)
            }
            return UnitConverter(converter)
        }
    }

    /// Runs `body` with the library to itself.
    private func withSystem<Result>(
        _ body: (OpaquePointer) throws(UnitsError) -> sending Result
    ) throws(UnitsError) -> sending Result {
        try state.withLock { state throws(UnitsError) in
            try Self.library.withLock { _ throws(UnitsError) in
                switch state.state {
                case .read(let system): return try body(system)
                case .failed(let error): throw error
                case .unread:
                    do throws(UnitsError) {
                        let system = try Self.read(path)
                        state.state = .read(system)
                        return try body(system)
                    } catch {
                        if case .database = error { state.state = .failed(error) }
                        throw error
                    }
                }
            }
        }
    }

    private static func read(_ path: String?) throws(UnitsError) -> OpaquePointer {
        cu_silence()
        guard let system = ut_read_xml(path) else { throw .database(reason: reason(path)) }
        for definition in FieldUnits.definitions {
            do throws(UnitsError) {
                let unit = try parse(verbatim: definition.text, shown: definition.text, system)
                defer { ut_free(unit) }
                for symbol in definition.symbols {
                    let status = ut_map_symbol_to_unit(symbol, UT_UTF8, unit)
                    guard status == UT_SUCCESS else { throw .database(reason: "it has another '\(symbol)' already") }
                }
            } catch {
                ut_free_system(system)
                if case .database = error { throw error }
                throw .database(reason: "it lacks what '\(definition.text)' needs")
            }
        }
        return system
    }

    private static func reason(_ path: String?) -> String {
        switch ut_get_status() {
        case UT_OPEN_ARG: "\(path ?? "") cannot be opened"
        case UT_OPEN_ENV: "what UDUNITS2_XML_PATH names cannot be opened"
        case UT_OPEN_DEFAULT: "it is not where it was when the library was built"
        case UT_PARSE: "\(path ?? "it") is not a database of units"
        case UT_OS: "the system refused"
        default: "status \(ut_get_status().rawValue)"
        }
    }

    private static func parse(_ text: String, _ system: OpaquePointer) throws(UnitsError) -> OpaquePointer {
        try parse(verbatim: try UnitText.prepared(text), shown: text, system)
    }

    private static func parse(
        verbatim text: String, shown: String, _ system: OpaquePointer
    ) throws(UnitsError) -> OpaquePointer {
        if let unit = ut_parse(system, text, UT_UTF8) { return unit }
        switch ut_get_status() {
        case UT_UNKNOWN: throw .unknown(unit: shown)
        case UT_MEANINGLESS: throw .malformed(unit: shown, reason: "what it does to units has no meaning")
        default: throw .malformed(unit: shown, reason: "units are written as kg/s, m3/hr or W.m-2.K-1")
        }
    }
}
