import FOQUSModel
import FileKit
import Glibc
import Stores
import TestSupport
import Testing

@testable import EmbeddedStores

@Suite(.timeLimit(.minutes(1))) struct BlobTests {
    private let large = [UInt8](repeating: 7, count: 100_000)

    private func blobs(_ fixture: EmbeddedStoreFixture) throws -> [String] {
        try Directory.files(under: Path.join(fixture.directory, "blobs"))
    }

    @Test func onlyLargeObjectsAreFiles() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let objects = try await fixture.open().objects
            let limit = EmbeddedObjectStore.inlineLimit
            _ = try await objects.put([UInt8](repeating: 1, count: limit), to: "small", in: .sessions)
            #expect(try blobs(fixture).isEmpty)
            _ = try await objects.put([UInt8](repeating: 1, count: limit + 1), to: "large", in: .sessions)
            #expect(try blobs(fixture).count == 1)
        }
    }

    @Test func replacedAndDeletedFilesGo() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let objects = try await fixture.open().objects
            for number in 0..<5 { _ = try await objects.put(large + [UInt8(number)], to: "key", in: .sessions) }
            try await eventually("one file is left") { try blobs(fixture).count == 1 }
            _ = try await objects.put([1], to: "key", in: .sessions)
            try await eventually("no file is left") { try blobs(fixture).isEmpty }
            _ = try await objects.put(large, to: "key", in: .sessions)
            try await objects.delete(["key"], in: .sessions)
            try await eventually("no file is left") { try blobs(fixture).isEmpty }
        }
    }

    @Test func aRefusedPutLeavesNoFile() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let objects = try await fixture.open().objects
            _ = try await objects.put([1], to: "key", in: .sessions)
            await #expect(throws: StoreError.self) {
                _ = try await objects.put(large, to: "key", in: .sessions, if: .ifAbsent)
            }
            try await eventually("no file is left") { try blobs(fixture).isEmpty }
        }
    }

    @Test func aMissingSourceIsAnErrorThatNamesIt() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let objects = try await fixture.open().objects
            let error = await #expect(throws: StoreError.self) {
                _ = try await objects.put(file: "/none/of/these", to: "key", in: .sessions, if: .always)
            }
            #expect("\(error as Any)".contains("/none/of/these"))
            #expect(try blobs(fixture).isEmpty)
        }
    }

    @Test func aMissingFileIsCorrupt() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let objects = try await fixture.open().objects
            _ = try await objects.put(large, to: "key", in: .sessions)
            try Directory.removeTree(Path.join(fixture.directory, "blobs", try blobs(fixture)[0]))
            let error = await #expect(throws: StoreError.self) { _ = try await objects.get("key", in: .sessions) }
            #expect(error?.code == .corrupt)
        }
    }

    @Test func aGatewaySweepsOldFilesWithoutAnObject() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let backend = try await fixture.open()
            let etag = try await backend.objects.put(large, to: "key", in: .sessions)
            await backend.close()
            let directory = Path.join(fixture.directory, "blobs")
            let (kept, young) = (try blobs(fixture)[0], "00/00young")
            let old = ["00/00old", "00/.half.tmp"]
            try Directory.create(Path.join(directory, "00"))
            for name in old + [young] { try File.writeAtomically(large, to: Path.join(directory, name)) }
            let now = fixture.time.now()
            try setModified(Path.join(directory, kept), now + .seconds(-7200))
            for name in old { try setModified(Path.join(directory, name), now + .seconds(-7200)) }
            try setModified(Path.join(directory, young), now + .seconds(-1800))
            let gateway = try await fixture.open(EmbeddedOptions(role: .gateway))
            try await eventually("the old files are gone") { try Set(blobs(fixture)).isDisjoint(with: old) }
            #expect(Set(try blobs(fixture)) == [kept, young])
            #expect(try await gateway.objects.info("key", in: .sessions)?.etag == etag)
        }
    }

    private func setModified(_ path: String, _ time: Timestamp) throws {
        let seconds = timespec(tv_sec: Int(time.milliseconds / 1000), tv_nsec: 0)
        let code = utimensat(AT_FDCWD, path, [seconds, seconds], 0)
        try #require(code == 0)
    }
}
