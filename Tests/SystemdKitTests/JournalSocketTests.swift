import EventLoop
import Glibc
import TestSupport
import Testing

@testable import SystemdKit

@Suite struct JournalSocketTests {
    /// journald's end.
    private final class Receiver {
        let descriptor: CInt

        init(path: String) throws {
            descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
            let address = try #require(UnixAddress(path))
            try #require(address.withPointer { bind(descriptor, $0, $1) } == 0)
        }

        deinit { close(descriptor) }

        func next() -> [UInt8]? {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return count < 0 ? nil : Array(buffer.prefix(count))
        }
    }

    @Test func entriesArriveInTheNativeProtocol() async throws {
        try await withTemporaryDirectory { directory in
            let receiver = try Receiver(path: directory + "/socket")
            let journal = try JournalSocket(path: directory + "/socket")
            #expect(try journal.trySend([("MESSAGE", "one = 1"), ("REASON", "a\nb"), ("EMPTY", "")]))
            let length: [UInt8] = [3, 0, 0, 0, 0, 0, 0, 0]
            #expect(
                receiver.next() == Array("MESSAGE=one = 1\nREASON\n".utf8) + length + Array("a\nb\nEMPTY=\n".utf8))
        }
    }

    /// Where journald does not read, or the entry is too large, nobody waits.
    @Test func noRoomIsSaidAtOnce() async throws {
        try await withTemporaryDirectory { directory in
            let receiver = try Receiver(path: directory + "/socket")
            let journal = try JournalSocket(path: directory + "/socket")
            #expect(try !journal.trySend([("MESSAGE", String(repeating: "x", count: 9 << 20))]))
            var sent = 0
            while try journal.trySend([("MESSAGE", "\(sent)")]) { sent += 1 }
            #expect(sent > 0)
            #expect(receiver.next() == Array("MESSAGE=0\n".utf8))
            #expect(try journal.trySend([("MESSAGE", "room again")]))
        }
    }

    /// journald may be started anew at any time.
    @Test func aJournalThatComesBackIsFoundAgain() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/socket"
            var receiver: Receiver? = try Receiver(path: path)
            let journal = try JournalSocket(path: path)
            #expect(receiver?.next() == nil)
            receiver = nil
            let error = #expect(throws: SystemdError.self) { try journal.trySend([("MESSAGE", "lost")]) }
            #expect(error?.code == ECONNREFUSED)
            unlink(path)
            let next = try Receiver(path: path)
            #expect(try journal.trySend([("MESSAGE", "found")]))
            #expect(next.next() == Array("MESSAGE=found\n".utf8))
        }
    }

    @Test func whereThereIsNoJournalItIsSaid() {
        let error = #expect(throws: SystemdError.self) { try JournalSocket(path: "/nowhere/socket") }
        #expect(error?.description == "cannot reach the journal: No such file or directory")
        #expect(throws: SystemdError.self) { try JournalSocket(path: "/" + String(repeating: "x", count: 200)) }
    }
}
