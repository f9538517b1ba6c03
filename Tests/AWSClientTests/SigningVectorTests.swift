import CryptoTools
import FOQUSModel
import FileKit
import JSONKit
import TestSupport
import Testing

@testable import AWSClient

/// The suite of Signature Version 4 that AWS published and the examples of the S3 documentation: some here, all of them
/// from the folder of the machine's maintainers where that is.
@Suite struct SigningVectorTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        let members: JSON

        init(_ members: JSON) {
            name = members["name"]?.stringValue ?? ""
            self.members = members
        }

        func text(_ name: String) -> String { members[name]?.stringValue ?? "" }
        var testDescription: String { name }
    }

    static let suite = included + vectors("vectors/sigv4_vectors.json")
    static let s3 = [rangeOfAnObject] + vectors("vectors/s3_examples.json")

    private static let included = [
        Vector([
            "name": "vanilla",
            "req": "GET / HTTP/1.1\nHost:example.amazonaws.com\nX-Amz-Date:20150830T123600Z",
            "creq": .string(
                "GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n"
                    + Signer.emptyHash),
            "sts": .string(
                "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n"
                    + "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63"),
            "authz": .string(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                    + "SignedHeaders=host;x-amz-date, "
                    + "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ]),
        Vector([
            "name": "slashes",
            "req": "GET //example// HTTP/1.1\nHost:example.amazonaws.com\nX-Amz-Date:20150830T123600Z",
            "creq": .string(
                "GET\n/example/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n"
                    + Signer.emptyHash),
            "sts": .string(
                "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n"
                    + "cb96b4ac96d501f7c5c15bc6d67b3035061cfced4af6585ad927f7e6c985c015"),
            "authz": .string(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                    + "SignedHeaders=host;x-amz-date, "
                    + "Signature=9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        ]),
    ]

    private static let rangeOfAnObject = Vector([
        "name": "range", "method": "GET", "url": "https://examplebucket.s3.amazonaws.com/test.txt",
        "headers": ["Range": "bytes=0-9"], "body": "",
        "canonical": .string(
            "GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n"
                + "x-amz-content-sha256:\(Signer.emptyHash)\nx-amz-date:20130524T000000Z\n\n"
                + "host;range;x-amz-content-sha256;x-amz-date\n\(Signer.emptyHash)"),
        "sts": .string(
            "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
                + "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972"),
        "signature": "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ])

    private static func vectors(_ name: String) -> [Vector] {
        guard let path = Shared.path(name), let bytes = try? File.read(path), let json = try? JSON.parse(bytes) else {
            return []
        }
        return (json.arrayValue ?? []).map { Vector($0) }
    }

    @Test func theWholeSuiteIsThere() {
        guard Shared.path("vectors") != nil else { return }
        #expect(Self.suite.count == 2 + 34)
        #expect(Self.s3.count == 1 + 6)
    }

    @Test(arguments: suite) func theSuite(vector: Vector) throws {
        let signer = Signer(service: "service", region: "us-east-1")
        let identity = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", source: "suite")
        let time = try #require(Timestamp(iso: "2015-08-30T12:36:00Z"))
        var message = try Message(vector.text("req"))
        // Where the token is a part of what is signed, the signer adds it.
        if vector.text("creq").contains("x-amz-security-token"),
            !message.headers.contains(where: { $0.name.lowercased() == "x-amz-security-token" })
        {
            let signed = try Message(vector.text("sreq"))
            message.headers += signed.headers.filter { $0.name.lowercased() == "x-amz-security-token" }
        }
        let subject = Signer.Subject(
            method: message.method, path: message.path, query: message.query, headers: message.headers,
            payloadHash: Hex.encode(SHA256.hash(Array(message.body.utf8))))
        #expect(signer.canonicalRequest(subject) == vector.text("creq"))
        #expect(signer.stringToSign(subject, Signer.stamp(time)) == vector.text("sts"))
        #expect(signer.authorization(subject, identity, at: time) == vector.text("authz"))
    }

    @Test(arguments: s3) func theExamplesOfS3(vector: Vector) throws {
        if vector.name == "chunked-put" { return try chunked(vector) }
        let url = vector.text("url")
        let parts = url.dropFirst("https://examplebucket.s3.amazonaws.com".count)
            .split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = Message.query(parts.count > 1 ? parts[1] : "")
        if vector.name == "presigned-get" {
            let subject = Signer.Subject(
                method: "GET", path: String(parts[0]), query: [],
                headers: [("host", "examplebucket.s3.amazonaws.com")], payloadHash: AWSRequest.unsignedPayload)
            let made = SignerTests.s3.presigned(subject, SignerTests.example, at: SignerTests.may24, seconds: 86400)
            #expect("https://examplebucket.s3.amazonaws.com\(parts[0])?" + URIEncoding.inOrder(made) == url)
            return
        }
        let hash = Hex.encode(SHA256.hash(Array(vector.text("body").utf8)))
        let own = (vector.members["headers"]?.objectValue ?? [:]).map { ($0.key, $0.value.stringValue ?? "") }
        let subject = Signer.Subject(
            method: vector.text("method"), path: String(parts[0]), query: query,
            headers: own + [
                ("Host", "examplebucket.s3.amazonaws.com"), ("x-amz-date", "20130524T000000Z"),
                ("x-amz-content-sha256", hash),
            ], payloadHash: hash)
        #expect(SignerTests.s3.canonicalRequest(subject) == vector.text("canonical"))
        #expect(SignerTests.s3.stringToSign(subject, "20130524T000000Z") == vector.text("sts"))
        #expect(
            SignerTests.s3.authorization(subject, SignerTests.example, at: SignerTests.may24)
                .hasSuffix("Signature=\(vector.text("signature"))"))
    }

    /// The signature of a body in chunks and of each chunk, which follow from the one before.
    private func chunked(_ vector: Vector) throws {
        let scope = "20130524/us-east-1/s3/aws4_request"
        let request = Hex.encode(SHA256.hash(Array(vector.text("canonical").utf8)))
        let first = ["AWS4-HMAC-SHA256", "20130524T000000Z", scope, request].joined(separator: "\n")
        var made = [SignerTests.s3.sign(first, SignerTests.example, day: "20130524")]
        for count in [65536, 1024, 0] {
            let hash = Hex.encode(SHA256.hash([UInt8](repeating: UInt8(ascii: "a"), count: count)))
            let text = [
                "AWS4-HMAC-SHA256-PAYLOAD", "20130524T000000Z", scope, made.last ?? "", Signer.emptyHash, hash,
            ].joined(separator: "\n")
            made.append(SignerTests.s3.sign(text, SignerTests.example, day: "20130524"))
        }
        #expect(made == (vector.members["signatures"]?.arrayValue ?? []).compactMap(\.stringValue))
    }
}

/// A request as text.
private struct Message {
    let method: String
    let path: String
    let query: [(name: String, value: String)]
    var headers: [(name: String, value: String)] = []
    let body: String

    init(_ text: String) throws {
        let halves = text.split(separator: "\n\n", maxSplits: 1)
        body = halves.count > 1 ? String(halves[1]) : ""
        var lines = try #require(halves.first).split(separator: "\n")
        let first = lines.removeFirst()
        let target = first.dropFirst(first.prefix { $0 != " " }.count + 1).dropLast(" HTTP/1.1".count)
        method = String(first.prefix { $0 != " " })
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = Self.query(parts.count > 1 ? parts[1] : "")
        for line in lines {
            if line.first == " ", let last = headers.popLast() {
                headers.append((last.name, last.value + "\n" + line))
            } else {
                let colon = try #require(line.firstIndex(of: ":"))
                headers.append((String(line[..<colon]), String(line[line.index(after: colon)...])))
            }
        }
    }

    static func query(_ text: Substring) -> [(name: String, value: String)] {
        text.split(separator: "&").map { item in
            let sides = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(sides[0]), sides.count > 1 ? decoded(sides[1]) : "")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let code = Hex.decode(String(decoding: rest.prefix(2), as: UTF8.self)) {
                bytes += code
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension URIEncoding {
    /// As a query, in the order given.
    fileprivate static func inOrder(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&")
    }
}
