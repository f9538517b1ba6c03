import FOQUSModel
import Stores

/// Why one entry of a batch was not carried out.
struct BatchFailure: Sendable, Hashable {
    let code: String
    let message: String
    /// The entry itself is wrong: sending it again cannot help.
    let isSendersFault: Bool

    /// Whether the same entry may succeed a moment later.
    var isTransient: Bool { !isSendersFault || Self.throttles.contains(code.afterLastDot) }

    private static let throttles: Set<String> = [
        "RequestThrottled", "Throttling", "ThrottlingException", "Throttled", "ThrottledException", "OverLimit",
        "KmsThrottled", "ServiceUnavailable", "InternalError", "InternalFailure",
    ]

    /// The service said nothing of the entry.
    static let unanswered = BatchFailure(
        code: "NoResult", message: "the answer does not mention it", isSendersFault: false)
}

extension String {
    /// `AWS.SimpleQueueService.MessageNotInflight` and `MessageNotInflight` are one code.
    var afterLastDot: String { split(separator: ".").last.map(String.init) ?? self }
}

/// Sends the entries of a batch operation and repeats, alone, those that failed for the moment.
struct BatchOperation: Sendable {
    let time: any TimeSource
    let random: any RandomSource
    /// Attempts at one entry.
    static let attempts = 5
    private static let firstPause = Duration.milliseconds(50)

    /// Calls at once. One waits mostly for the network, and a busy worker has tens of them to make in a round.
    static let width = 4

    /// - Parameters:
    ///   - chunks: numbers of the entries that may travel together.
    ///   - inOrder: whether a chunk is sent when the one before it has been carried out.
    ///   - send: sends these entries, and tells which were carried out and which failed.
    /// - Returns: the entries that failed for good, or after all attempts.
    func run(
        _ chunks: [[Int]], inOrder: Bool = false,
        _ send: @escaping @Sendable ([Int]) async throws(StoreError) -> (done: Set<Int>, failed: [Int: BatchFailure])
    ) async throws(StoreError) -> [Int: BatchFailure] {
        if chunks.count == 1 { return try await run(chunks[0], send) }
        let outcome: Result<[Int: BatchFailure], StoreError> = await withTaskGroup(
            of: Result<[Int: BatchFailure], StoreError>.self
        ) { group in
            var rest = chunks[...]
            func begin() {
                guard let chunk = rest.popFirst() else { return }
                group.addTask {
                    do throws(StoreError) { return .success(try await self.run(chunk, send)) } catch {
                        return .failure(error)
                    }
                }
            }
            for _ in 0..<(inOrder ? 1 : Self.width) { begin() }
            var failures: [Int: BatchFailure] = [:]
            var failure: StoreError?
            while let result = await group.next() {
                switch result {
                case .success(let found): failures.merge(found) { $1 }
                // What is on its way comes to its end, but no more follows.
                case .failure(let error): (failure, rest) = (failure ?? error, [])
                }
                begin()
            }
            return failure.map { .failure($0) } ?? .success(failures)
        }
        return try outcome.get()
    }

    private func run(
        _ chunk: [Int], _ send: ([Int]) async throws(StoreError) -> (done: Set<Int>, failed: [Int: BatchFailure])
    ) async throws(StoreError) -> [Int: BatchFailure] {
        var failures: [Int: BatchFailure] = [:]
        var open = chunk
        for attempt in 1...Self.attempts where !open.isEmpty {
            if attempt > 1 { try await pause(before: attempt) }
            let (done, failed) = try await send(open)
            for entry in open where !done.contains(entry) { failures[entry] = failed[entry] ?? .unanswered }
            for entry in done { failures[entry] = nil }
            open = open.filter { failures[$0]?.isTransient ?? false }
        }
        return failures
    }

    /// Doubles, with up to half of it by chance, so that several workers do not come back together.
    private func pause(before attempt: Int) async throws(StoreError) {
        let full = Self.firstPause * (1 << (attempt - 2))
        do {
            try await time.sleep(for: full * (0.5 + random.fraction() / 2))
        } catch {
            throw StoreError(.unavailable, "repeat a part of a batch", "the task was cancelled", underlying: error)
        }
    }

    /// Groups of at most `count` entries and `size` bytes, in order. An entry larger than that stands alone.
    static func chunks(of sizes: [Int], count: Int = 10, size: Int = .max) -> [[Int]] {
        var chunks: [[Int]] = []
        var filled = 0
        for (entry, bytes) in sizes.enumerated() {
            if let last = chunks.last, last.count < count, filled + bytes <= size {
                chunks[chunks.count - 1].append(entry)
                filled += bytes
            } else {
                chunks.append([entry])
                filled = bytes
            }
        }
        return chunks
    }
}
