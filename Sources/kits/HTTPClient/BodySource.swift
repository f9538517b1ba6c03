/// Where a request's body comes from while it is sent.
struct BodySource {
    private static let readAhead = 1 << 20

    private let bytes: [UInt8]
    private let part: ClientRequest.FilePart?
    /// How much of it is sent.
    private var sent = 0
    /// Up to where the kernel was told to read ahead.
    private var expected = 0
    /// Why it could not be read.
    private(set) var failure: HTTPClientError?

    init(_ request: ClientRequest) {
        bytes = request.body
        part = request.bodyFile
    }

    /// In bytes.
    var count: Int { part?.count ?? bytes.count }

    /// Fills `buffer` with what comes next; nil when it cannot be had.
    mutating func supply(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(count - sent))
        guard let part else {
            bytes.withUnsafeBytes {
                wanted.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<sent + wanted.count]))
            }
            sent += wanted.count
            return wanted.count
        }
        guard !wanted.isEmpty else { return 0 }
        if sent + Self.readAhead / 2 > expected, expected < part.count {
            part.file.expectReading(offset: part.offset + expected, count: Self.readAhead)
            expected += Self.readAhead
        }
        do throws(HTTPClientError) {
            let count = try part.file.read(into: wanted, at: part.offset + sent)
            guard count > 0 else { throw .tooShort(part.file.path, needed: part.offset + part.count) }
            sent += count
            return count
        } catch {
            failure = error
            return nil
        }
    }

    /// Begins anew from there. False when there is no such place.
    mutating func seek(to offset: Int) -> Bool {
        guard offset >= 0, offset <= count else { return false }
        sent = offset
        expected = min(expected, offset)
        return true
    }
}
