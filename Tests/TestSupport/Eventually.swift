public struct TestSupportError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Waits until `condition` holds, looking every few milliseconds.
///
/// - Parameters:
///   - what: named in the failure.
///   - limit: generous, as it only delays the report of a failure.
/// - Throws: `TestSupportError` naming `what` and the place when `limit` has passed; whatever `condition` throws.
public func eventually(
    _ what: String = "the condition", within limit: Duration = .seconds(20),
    fileID: StaticString = #fileID, line: UInt = #line, _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    var pause = Duration.milliseconds(1)
    while true {
        if try await condition() { return }
        guard clock.now < deadline else {
            throw TestSupportError("\(fileID):\(line): \(what) did not come true within \(limit)")
        }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(20))
    }
}
