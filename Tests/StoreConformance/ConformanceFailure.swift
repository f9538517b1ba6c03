import Stores

/// A promise that the store under test does not keep.
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ text: String) { description = text }

    init(_ text: String, _ fileID: StaticString, _ line: UInt) { description = "\(fileID):\(line): \(text)" }
}

func expect(
    _ condition: Bool, _ text: @autoclosure () -> String, fileID: StaticString = #fileID, line: UInt = #line
) throws {
    if !condition { throw ConformanceFailure(text(), fileID, line) }
}

func expectEqual<Value: Equatable>(
    _ found: Value, _ wanted: Value, _ what: String, fileID: StaticString = #fileID, line: UInt = #line
) throws {
    if found != wanted {
        throw ConformanceFailure("\(what): found \(found), expected \(wanted)", fileID, line)
    }
}

func unwrap<Value>(
    _ value: Value?, _ what: String, fileID: StaticString = #fileID, line: UInt = #line
) throws -> Value {
    guard let value else { throw ConformanceFailure("\(what) is missing", fileID, line) }
    return value
}

/// Runs `body`, which must fail with a store error of the code.
func expectError(
    _ code: StoreError.Code, _ what: String, fileID: StaticString = #fileID, line: UInt = #line,
    _ body: () async throws -> Void
) async throws {
    do {
        try await body()
    } catch let error as StoreError {
        if error.code == code { return }
        throw ConformanceFailure("\(what): the error is \(error.code) (\(error)), expected \(code)", fileID, line)
    }
    throw ConformanceFailure("\(what): there is no error, expected \(code)", fileID, line)
}
