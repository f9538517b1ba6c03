import CryptoTools
import HTTPClient
import Threading

/// The hash of a body that goes into its signature.
enum PayloadHash {
    /// A larger body in memory is hashed on the pool too: it takes about a millisecond.
    private static let smallBody = 1 << 20
    private static let piece = 256 << 10

    /// - Parameter file: of a body that is a part of a file.
    static func of(
        _ request: AWSRequest, _ file: ClientRequest.FilePart?, service: String, isTLS: Bool, pool: BlockingPool
    ) async throws(HTTPClientError) -> String {
        if let given = request.payloadHash { return given }
        if let file {
            if service == "s3" && isTLS { return AWSRequest.unsignedPayload }
            return try await pool.run { () throws(HTTPClientError) in try hash(file) }
        }
        guard case .bytes(let bytes) = request.body, !bytes.isEmpty else { return Signer.emptyHash }
        if bytes.count <= smallBody { return Hex.encode(SHA256.hash(bytes)) }
        return await pool.run { Hex.encode(SHA256.hash(bytes)) }
    }

    private static func hash(_ part: ClientRequest.FilePart) throws(HTTPClientError) -> String {
        var hasher = SHA256Hasher()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: piece, alignment: 16)
        defer { buffer.deallocate() }
        var done = 0
        while done < part.count {
            let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(part.count - done))
            let count = try part.file.read(into: wanted, at: part.offset + done)
            if count == 0 { break }  // sending it will say so
            hasher.update(UnsafeRawBufferPointer(rebasing: wanted[..<count]))
            done += count
        }
        return Hex.encode(hasher.finish())
    }
}
