import CUDUnits

/// Converts values from one unit to another. May be used by many threads at once: the library's converters never change.
public final class UnitConverter: @unchecked Sendable {
    private let converter: OpaquePointer

    init(_ converter: OpaquePointer) { self.converter = converter }

    deinit { cv_free(converter) }

    public func convert(_ value: Double) -> Double { cv_convert_double(converter, value) }
}
