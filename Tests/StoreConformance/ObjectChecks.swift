import FOQUSModel
import FileKit
import Stores
import Threading

extension ConformanceCheck {
    static let objects: [ConformanceCheck] = [
        ConformanceCheck(.objects, "an object is read as it was put, whatever its size") { store in
            for size in [0, 1, 32 << 10, (32 << 10) + 1, 1 << 20] {
                let content = store.content(size)
                let key = "test/size \(size)"
                let etag = try await store.objects.put(content, to: key, in: .simulations)
                try expect(try await store.objects.get(key, in: .simulations) == content, "\(size) bytes are changed")
                let info = try unwrap(try await store.objects.info(key, in: .simulations), "info")
                try expectEqual([info.key, info.etag, "\(info.size)"], [key, etag, "\(size)"], "info")
                if store.capabilities.contains(.exactTimes) {
                    try expectEqual(info.modified, store.time.now(), "time")
                } else {
                    let age = store.time.now().milliseconds - info.modified.milliseconds
                    // Seconds are the finest that HTTP tells; an hour or a day off is another time zone.
                    try expect((-10_000..<600_000).contains(age), "the object is \(age) ms old")
                }
            }
        },
        ConformanceCheck(.objects, "files become objects and objects become files") { store in
            for size in [0, 100, (32 << 10) + 1, 3 << 20] {
                let content = store.content(size)
                let (source, target) = ("\(store.scratch)/source-\(size)", "\(store.scratch)/target-\(size)")
                try await store.onThread { try File.writeAtomically(content, to: source) }
                let etag = try await store.objects.put(file: source, to: "a/file \(size)", in: .sessions, if: .always)
                let info = try await store.objects.get("a/file \(size)", in: .sessions, toFile: target)
                try expectEqual(info.etag, etag, "ETag")
                try expectEqual(info.size, size, "size")
                try expect(try await store.onThread { try File.read(target) } == content, "\(size) bytes are changed")
                let sameAsBytes = try await store.objects.put(content, to: "a/bytes \(size)", in: .sessions)
                try expectEqual(sameAsBytes, etag, "ETag of the same content")
            }
        },
        ConformanceCheck(.objects, "what is not there is told so") { store in
            try expectEqual(try await store.objects.info("none", in: .sessions), nil, "info")
            try await expectError(.notFound, "get") { _ = try await store.objects.get("none", in: .sessions) }
            try await expectError(.notFound, "get to a file") {
                _ = try await store.objects.get("none", in: .sessions, toFile: "\(store.scratch)/none")
            }
            try await store.objects.delete(["none"], in: .sessions)
            try await store.objects.delete([], in: .sessions)
        },
        ConformanceCheck(.objects, "buckets are apart") { store in
            _ = try await store.objects.put([1], to: "key", in: .simulations)
            try expectEqual(try await store.objects.info("key", in: .sessions), nil, "info in the other bucket")
            _ = try await store.objects.put([2], to: "key", in: .sessions)
            try await store.objects.delete(["key"], in: .simulations)
            try expectEqual(try await store.objects.get("key", in: .sessions), [2], "content in the other bucket")
        },
        ConformanceCheck(.objects, "putting replaces, and the ETag tells") { store in
            var etags: [String] = []
            for content in [store.content(10), store.content(100_000), store.content(100_001), store.content(11)] {
                etags.append(try await store.objects.put(content, to: "key", in: .simulations))
                try expect(try await store.objects.get("key", in: .simulations) == content, "another content")
            }
            try expectEqual(Set(etags).count, 4, "different ETags of \(etags)")
            let listing = try await store.objects.list(prefix: "", in: .simulations, after: nil, limit: 10)
            try expectEqual(listing.objects.map(\.key), ["key"], "keys")
        },
        ConformanceCheck(.objects, "any UTF-8 is a key") { store in
            var keys = [
                "a", "A", "b/c", " ", "a b", "%41", "a%", "a_", "*", "a+b", "a=b&c;d,e", "(a)!'b", "#", "?", "a#b?c=d",
                "'; DROP TABLE object; --", "\"", "größer €/\u{1F600}", "\u{10FFFF}", "日本語.json",
            ]
            if store.capabilities.contains(.anyKey) {
                keys += [
                    "a/b", "a//b", "/a", "a/", "..", "../../etc/passwd", ".", "\\", "\n", "\u{1}",
                    String(repeating: "x", count: 1024), String(repeating: "ü", count: 512),
                ]
            }
            for (number, key) in keys.enumerated() {
                _ = try await store.objects.put([UInt8(number)], to: key, in: .simulations)
            }
            for (number, key) in keys.enumerated() {
                try expectEqual(
                    try await store.objects.get(key, in: .simulations), [UInt8(number)], "content of key \(key)")
                try expectEqual(try await store.objects.info(key, in: .simulations)?.key, key, "key")
            }
            let listed = try await store.objects.listAll(prefix: "", in: .simulations, limit: 1000)
            try expectEqual(listed.count, keys.count, "keys listed")
        },
        ConformanceCheck(.objects, "keys are compared by their bytes") { store in
            guard store.capabilities.contains(.keysAreBytes) else { return }
            let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
            _ = try await store.objects.put([1], to: composed, in: .simulations)
            try expectEqual(try await store.objects.info(decomposed, in: .simulations)?.size, nil, "the other spelling")
            _ = try await store.objects.put([2], to: decomposed, in: .simulations)
            try expectEqual(try await store.objects.get(composed, in: .simulations), [1], "content")
            try await store.objects.delete([decomposed], in: .simulations)
            try expectEqual(try await store.objects.get(composed, in: .simulations), [1], "content after the deletion")
        },
        ConformanceCheck(.objects, "keys that are none are refused") { store in
            for key in ["", "a\0b", String(repeating: "x", count: 1025), String(repeating: "ü", count: 513)] {
                try await expectError(.invalid, "put with a key of \(key.utf8.count) bytes") {
                    _ = try await store.objects.put([1], to: key, in: .simulations)
                }
                try await expectError(.invalid, "get of a key of \(key.utf8.count) bytes") {
                    _ = try await store.objects.get(key, in: .simulations)
                }
            }
        },
        ConformanceCheck(.objects, "a condition that does not hold changes nothing") { store in
            let first = try await store.objects.put([1], to: "key", in: .sessions, if: .ifAbsent)
            for condition in [PutCondition.ifAbsent, .ifMatches("another")] {
                for content in [[2], store.content(100_000)] {
                    try await expectError(.conflict, "put with \(condition)") {
                        _ = try await store.objects.put(content, to: "key", in: .sessions, if: condition)
                    }
                }
            }
            try expectEqual(try await store.objects.get("key", in: .sessions), [1], "content")
            let second = try await store.objects.put([3], to: "key", in: .sessions, if: .ifMatches(first))
            try expect(second != first, "the ETag stays")
            try await store.objects.delete(["key"], in: .sessions)
            try await expectError(.conflict, "put of an object that is gone") {
                _ = try await store.objects.put([4], to: "key", in: .sessions, if: .ifMatches(second))
            }
            try expectEqual(try await store.objects.info("key", in: .sessions), nil, "info")
        },
        ConformanceCheck(.objects, "of concurrent puts if absent one wins") { store in
            let winners = await withTaskGroup { group in
                for number in 0..<8 {
                    group.addTask {
                        let content = store.content(number % 2 == 0 ? 10 : 50_000, seed: UInt8(number))
                        let etag = try? await store.objects.put(content, to: "key", in: .sessions, if: .ifAbsent)
                        return etag == nil ? nil : content
                    }
                }
                return await group.reduce(into: [[UInt8]]()) { if let content = $1 { $0.append(content) } }
            }
            try expectEqual(winners.count, 1, "winners")
            try expect(try await store.objects.get("key", in: .sessions) == winners[0], "not the winner's content")
        },
        ConformanceCheck(.objects, "readers see a whole old or a whole new object") { store in
            // Each content is one byte repeated, so that a mixture shows.
            func content(_ number: Int) -> [UInt8] {
                [UInt8](repeating: UInt8(number), count: number % 3 == 0 ? 1000 : 150_000 + number)
            }
            _ = try await store.objects.put(content(0), to: "key", in: .simulations)
            let isOver = Locked(false)
            try await withThrowingTaskGroup { group in
                for reader in 0..<4 {
                    group.addTask {
                        while !isOver.withLock({ $0 }) {
                            let bytes: [UInt8]
                            if reader % 2 == 0 {
                                bytes = try await store.objects.get("key", in: .simulations)
                            } else {
                                let path = "\(store.scratch)/reader-\(reader)"
                                _ = try await store.objects.get("key", in: .simulations, toFile: path)
                                bytes = try await store.onThread { try File.read(path) }
                            }
                            try expect(bytes == content(Int(bytes[0])), "a mixture of two contents")
                        }
                    }
                }
                for number in 1...40 { _ = try await store.objects.put(content(number), to: "key", in: .simulations) }
                isOver.withLock { $0 = true }
                try await group.waitForAll()
            }
        },
        ConformanceCheck(.objects, "objects outlive the process") { store in
            let contents = [store.content(5), store.content(200_000)]
            for (number, content) in contents.enumerated() {
                _ = try await store.objects.put(content, to: "key \(number)", in: .simulations)
            }
            let reopened = try await store.reopen()
            for (number, content) in contents.enumerated() {
                try expect(
                    try await reopened.objects.get("key \(number)", in: .simulations) == content, "another content")
            }
        },
    ]
}

extension StoreUnderTest {
    /// Bytes that repeat with a long period.
    fileprivate func content(_ size: Int, seed: UInt8 = 0) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) &+ seed }
    }

    fileprivate func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result
    {
        try await Self.threads.run(body)
    }

    private static let threads = BlockingPool(name: "conformance", limit: 4)
}
