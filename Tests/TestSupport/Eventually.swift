public struct TestSupportError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Waits until `condition` holds, looking every few milliseconds.
///
/// - Parameters:
///   - what: named in the failure.
///   - limit: generous, as it only delays the report of a failure.
/// - Throws: `TestSupportError` naming `what` and the place when `limit` has passed and the condition was looked at many
///   times (time alone tells little on a machine that stalls); whatever `condition` throws.
public func eventually(
    _ what: String = "the condition", within limit: Duration = .seconds(20),
    fileID: StaticString = #fileID, line: UInt = #line, _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    var pause = Duration.milliseconds(1)
    var looks = 0
    while true {
        if try await condition() { return }
        looks += 1
        guard clock.now < deadline || looks < 100 else {
            throw TestSupportError("\(fileID):\(line): \(what) did not come true within \(limit)")
        }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(20))
    }
}
