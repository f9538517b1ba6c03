public import FOQUSModel
import HTTPClient
public import JSONKit

extension GatewayClient {
    /// The generator of those who need none: FOQUS sends it too.
    private static let generator = "00000000-0000-0000-0000-000000000000"

    /// `POST /session/{id}/result/{generator}`: puts what has finished since the last call on a page. Returns the last
    /// page's number, 0 for none.
    public func makeResultPage(of session: SessionID) async throws(GatewayClientError) -> Int {
        let path = path(session).appending(path: "result/\(Self.generator)")
        return try value(await transport.json(.post, path), "POST /session/ID/result") { $0.intValue }
    }

    /// `GET /session/{id}/result/{generator}/{page}`: finished records in the order they finished (cloud-protocol 3.4).
    public func resultPage(_ number: Int, of session: SessionID) async throws(GatewayClientError) -> [JSON] {
        let path = path(session).appending(path: "result/\(Self.generator)/\(number)")
        return try value(await transport.json(.get, path), "GET /session/ID/result/PAGE") { $0.arrayValue }
    }

    /// `GET /session/{id}/job/{job}/files`.
    public func files(of job: JobID, in session: SessionID) async throws(GatewayClientError) -> [JobFileEntry] {
        let path = path(session).appending(path: "job/\(job)/files")
        return try list(await transport.json(.get, path), "GET /session/ID/job/ID/files") { JobFileEntry($0) }
    }

    /// `GET /session/{id}/job/{job}/files/{path}`: the content, byte for byte.
    public func file(
        _ file: RelativePath, of job: JobID, in session: SessionID
    ) async throws(GatewayClientError) -> [UInt8] {
        try await transport.send(.get, path(session).appending(path: "job/\(job)/files").appending(path: file))
    }
}
