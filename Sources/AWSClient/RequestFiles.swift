import HTTPClient
import Threading

/// The open files of a call, shared by its attempts.
struct RequestFiles: Sendable {
    let body: ClientRequest.FilePart?
    let output: ClientRequest.FilePlace?
    /// Whether the output file holds nothing else, so that each attempt begins with an empty one.
    private let ownsOutput: Bool

    static func open(_ request: AWSRequest, pool: BlockingPool) async throws(HTTPClientError) -> RequestFiles {
        if case .bytes = request.body, request.outputFile == nil {
            return RequestFiles(body: nil, output: nil, ownsOutput: false)
        }
        return try await pool.run { () throws(HTTPClientError) in
            var body: ClientRequest.FilePart?
            if case .file(let path, let offset, let count) = request.body {
                body = ClientRequest.FilePart(try TransferFile(reading: path), offset: offset, count: count)
            }
            let output = try request.outputFile.map { path throws(HTTPClientError) in
                ClientRequest.FilePlace(
                    try TransferFile(writing: path, truncating: request.outputOffset == nil),
                    offset: request.outputOffset ?? 0)
            }
            return RequestFiles(body: body, output: output, ownsOutput: request.outputOffset == nil)
        }
    }

    /// Before an attempt after the first: an earlier answer may have been longer.
    func restart(pool: BlockingPool) async throws(HTTPClientError) {
        guard let output, ownsOutput else { return }
        try await pool.run { () throws(HTTPClientError) in try output.file.truncate(to: 0) }
    }
}
