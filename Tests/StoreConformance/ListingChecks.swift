import FOQUSModel
import Stores

extension ConformanceCheck {
    static let listings: [ConformanceCheck] = [
        ConformanceCheck(.objects, "a listing of 2,500 keys comes complete, in order, page by page") { store in
            let keys = (0..<2500).map { "test/\($0)" }
            try await withThrowingTaskGroup { group in
                for worker in 0..<8 {
                    group.addTask {
                        for index in stride(from: worker, to: keys.count, by: 8) {
                            _ = try await store.objects.put([1], to: keys[index], in: .sessions)
                        }
                    }
                }
                try await group.waitForAll()
            }
            var found: [String] = []
            var after: String?
            repeat {
                let page = try await store.objects.list(prefix: "test/", in: .sessions, after: after, limit: 1000)
                try expect(page.objects.count <= 1000, "\(page.objects.count) objects for limit 1000")
                found += page.objects.map(\.key)
                after = page.next
            } while after != nil
            try expect(found == keys.sorted(by: precedes), "\(found.count) keys, not in order or not all")
            let some = try await store.objects.listAll(prefix: "test/1", in: .sessions, limit: 1050)
            try expectEqual(
                some.map(\.key), Array(keys.filter { $0.hasPrefix("test/1") }.sorted(by: precedes).prefix(1050)), "keys"
            )
        },
        ConformanceCheck(.objects, "a prefix is matched byte by byte") { store in
            var keys = [
                "test", "test/", "test/a", "test/b/c", "test2/a", "Test/a", "te", "t%st/a", "test\u{10FFFF}",
                "test\u{10FFFF}x", "tesu", "größer/1", "gro\u{308}ßer/1",
            ]
            if !store.capabilities.contains(.anyKey) { keys.removeAll { ["test", "test/"].contains($0) } }
            for key in keys { _ = try await store.objects.put([1], to: key, in: .sessions) }
            for prefix in [
                "", "t", "test", "test/", "test/b/", "t%st", "test\u{10FFFF}", "größer/", "none", "\u{10FFFF}",
            ] {
                let wanted = keys.filter { $0.utf8.starts(with: prefix.utf8) }.sorted(by: precedes)
                let found = try await store.objects.list(prefix: prefix, in: .sessions, after: nil, limit: 1000)
                try expectEqual(
                    found.objects.map { Array($0.key.utf8) }, wanted.map { Array($0.utf8) }, "keys of \(prefix)")
                try expectEqual(found.next, nil, "next page")
            }
        },
        ConformanceCheck(.objects, "a listing goes on from any key, also one that is gone") { store in
            for key in ["a", "b", "c", "d"] { _ = try await store.objects.put([1], to: key, in: .sessions) }
            let page = try await store.objects.list(prefix: "", in: .sessions, after: nil, limit: 2)
            try expectEqual(page.objects.map(\.key), ["a", "b"], "first page")
            let next = try unwrap(page.next, "next page")
            try await store.objects.delete(["b"], in: .sessions)
            let rest = try await store.objects.list(prefix: "", in: .sessions, after: next, limit: 2)
            try expectEqual(rest.objects.map(\.key), ["c", "d"], "second page")
            try expectEqual(rest.next, nil, "third page")
        },
        ConformanceCheck(.objects, "many keys are deleted at once") { store in
            let keys = (0..<30).map { "key \($0)" }
            for (number, key) in keys.enumerated() {
                _ = try await store.objects.put([UInt8](repeating: 1, count: number * 3000), to: key, in: .sessions)
            }
            try await store.objects.delete(Array(keys.dropFirst(10)) + ["none", keys[29]], in: .sessions)
            let left = try await store.objects.listAll(prefix: "", in: .sessions, limit: 1000)
            try expectEqual(left.map(\.key), keys.prefix(10).sorted(by: precedes), "keys left")
        },
    ]
}

private func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
