import CryptoTools
import FOQUSModel
import Testing

@testable import AWSClient

/// The examples of the AWS documentation.
@Suite struct SignerTests {
    static let s3 = Signer(service: "s3", region: "us-east-1")
    /// The key that the documentation of S3 uses, which belongs to nobody.
    static let example = AWSCredentials(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        source: "documentation")
    static let may24 = Timestamp(iso: "2013-05-24T00:00:00Z")!

    struct Example: Sendable, CustomTestStringConvertible {
        let name: String
        var method = "GET"
        let path: String
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)] = []
        var body = ""
        let names: String
        let signature: String

        var testDescription: String { name }
    }

    /// S3 API reference, "Authenticating Requests: Using the Authorization Header", all four examples.
    static let examples = [
        Example(
            name: "GET Object", path: "/test.txt", headers: [("Range", "bytes=0-9")],
            names: "host;range;x-amz-content-sha256;x-amz-date",
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        Example(
            name: "PUT Object", method: "PUT", path: "/test%24file.text",
            headers: [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
            body: "Welcome to Amazon S3.",
            names: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        Example(
            name: "GET Bucket Lifecycle", path: "/", query: [("lifecycle", "")],
            names: "host;x-amz-content-sha256;x-amz-date",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        Example(
            name: "Get Bucket (List Objects)", path: "/", query: [("prefix", "J"), ("max-keys", "2")],
            names: "host;x-amz-content-sha256;x-amz-date",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ]

    @Test(arguments: examples) func requestsToS3(example: Example) {
        let hash = Hex.encode(SHA256.hash(Array(example.body.utf8)))
        let subject = Signer.Subject(
            method: example.method, path: example.path, query: example.query,
            headers: example.headers + [
                ("Host", "examplebucket.s3.amazonaws.com"), ("x-amz-content-sha256", hash),
                ("x-amz-date", "20130524T000000Z"),
            ], payloadHash: hash)
        #expect(
            Self.s3.authorization(subject, Self.example, at: Self.may24)
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=\(example.names), Signature=\(example.signature)")
    }

    /// "Example" of "Authenticating Requests: Using Query Parameters".
    @Test func aPresignedURL() {
        let subject = Signer.Subject(
            method: "GET", path: "/test.txt", query: [], headers: [("host", "examplebucket.s3.amazonaws.com")],
            payloadHash: AWSRequest.unsignedPayload)
        let query = Self.s3.presigned(subject, Self.example, at: Self.may24, seconds: 86400)
        #expect(query.last?.name == "X-Amz-Signature")
        #expect(query.last?.value == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }

    /// The call of ListUsers that the IAM user guide takes through all steps ("Create a signed AWS API request").
    @Test func listUsersOfIAM() throws {
        let signer = Signer(service: "iam", region: "us-east-1")
        let identity = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", source: "guide")
        let subject = Signer.Subject(
            method: "GET", path: "/", query: [("Version", "2010-05-08"), ("Action", "ListUsers")],
            headers: [
                ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), ("Host", "iam.amazonaws.com"),
                ("X-Amz-Date", "20150830T123600Z"),
            ], payloadHash: Signer.emptyHash)
        #expect(
            Hex.encode(SHA256.hash(Array(signer.canonicalRequest(subject).utf8)))
                == "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59")
        let time = try #require(Timestamp(iso: "2015-08-30T12:36:00Z"))
        #expect(
            signer.authorization(subject, identity, at: time)
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
                + "SignedHeaders=content-type;host;x-amz-date, "
                + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
    }

    @Test(arguments: [
        ("", "/"), ("/", "/"), ("//", "/"), ("/./", "/"), ("/..", "/"), ("/a/..", "/"), ("/a/../..", "/"),
        ("/./a", "/a"), ("//a//", "/a/"), ("/a/./b/../c", "/a/c"), ("/a/.", "/a/"), ("/a/b/..", "/a/"),
        ("/a/...", "/a/..."), ("/..a/.b", "/..a/.b"),
    ])
    func pathsAreNormalized(path: String, normalized: String) {
        #expect(URIEncoding.normalized(path) == normalized)
    }

    /// A path reaches the signer encoded once. S3 takes it as it is, the others encode it again.
    @Test func onlyS3SignsPathsAsTheyAre() {
        func path(_ service: String) -> Substring {
            let subject = Signer.Subject(
                method: "GET", path: "/a//b/../c%20d%2F", query: [], headers: [], payloadHash: "")
            return Signer(service: service, region: "x").canonicalRequest(subject).split(separator: "\n")[1]
        }
        #expect(path("s3") == "/a//b/../c%20d%2F")
        #expect(path("sqs") == "/a/c%2520d%252F")
    }

    @Test func fieldsThatChangeOnTheWayAreNotSigned() {
        let subject = Signer.Subject(
            method: "GET", path: "/", query: [],
            headers: [
                ("Host", "h"), ("User-Agent", "x"), ("Expect", "100-continue"), ("Transfer-Encoding", "chunked"),
                ("X-Amzn-Trace-Id", "1"), ("Connection", "close"),
            ], payloadHash: "")
        #expect(Self.s3.canonicalRequest(subject).contains("\nhost:h\n\nhost\n"))
    }

    @Test func everyOtherByteIsEncoded() {
        #expect(URIEncoding.encode("AZaz09-._~") == "AZaz09-._~")
        #expect(
            URIEncoding.encode("a b+c=d&e;f,g(h)i!j'k*/é") == "a%20b%2Bc%3Dd%26e%3Bf%2Cg%28h%29i%21j%27k%2A%2F%C3%A9")
        #expect(URIEncoding.encode("/a b/", keepingSlashes: true) == "/a%20b/")
        #expect(URIEncoding.query([("b", "2"), ("a", "z"), ("a", "y"), ("a-", "")]) == "a=y&a=z&a-=&b=2")
    }
}
