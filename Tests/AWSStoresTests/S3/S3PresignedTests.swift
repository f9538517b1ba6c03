import AWSPeers
import AWSStores
import HTTPClient
import Stores
import Testing

/// URLs for those who have no credentials of their own.
struct S3PresignedTests {
    @Test(.timeLimit(.minutes(2)), arguments: ["ministack", "seaweedfs"])
    func whoeverHasItMayGetAndPut(_ name: String) async throws {
        try await S3Fixture.with(try await peer(name)) { fixture in
            let key = "a b+c&d=e;f/größe (1)!'*.json"
            let put = try await fixture.store.presignedPut(key, in: .sessions, contentType: "application/json")
            #expect(put.contains("X-Amz-Expires=120"))
            let headers = [(name: "content-type", value: "application/json")]
            #expect(try await status("PUT", put, headers) == 200)
            #expect(try await fixture.store.get(key, in: .sessions) == Array("PUT".utf8))
            let get = try await fixture.store.presignedGet(key, in: .sessions)
            let answer = try await AWSPeer.http.send(ClientRequest(url: get))
            #expect(answer.body == Array("PUT".utf8))

            #expect(try await status("PUT", put, []) == 403, "another content type")
            #expect(try await status("PUT", get, headers) == 403, "another method")
            #expect(try await status("GET", get.replacing("%2B", with: "-"), []) == 403, "another key")
        }
    }

    @Test(.timeLimit(.minutes(2))) func itEndsAsItSays() async throws {
        try await S3Fixture.with(try await .ministack()) { fixture in
            await #expect(throws: StoreError.self) {
                _ = try await fixture.store.presignedGet("key", in: .sessions, seconds: 0)
            }
            let url = try await fixture.store.presignedGet("key", in: .sessions, seconds: 77)
            #expect(url.contains("X-Amz-Expires=77"))
        }
    }

    private func status(_ method: String, _ url: String, _ headers: [(name: String, value: String)]) async throws -> Int
    {
        let body = method == "PUT" ? Array("PUT".utf8) : []
        return try await AWSPeer.http.send(ClientRequest(method: method, url: url, headers: headers, body: body)).status
    }
}
