import CryptoTools
import FOQUSModel

/// Signature Version 4 (AWS General Reference, "Signing AWS API requests").
struct Signer: Sendable {
    /// The name under which requests of the service are signed: `sqs`, `s3`.
    let service: String
    let region: String

    /// What a signature is made of.
    struct Subject: Sendable {
        var method: String
        /// Percent-encoded once, as it is sent.
        var path: String
        /// Not encoded.
        var query: [(name: String, value: String)]
        /// All that are signed, among them `host` and `x-amz-date`. Names in any case.
        var headers: [(name: String, value: String)]
        /// Hexadecimal SHA-256 of the body, or one of the words that S3 takes instead.
        var payloadHash: String
    }

    static let emptyHash = Hex.encode(SHA256.hash([UInt8]()))
    /// Value of the field `Authorization`.
    func authorization(_ subject: Subject, _ credentials: AWSCredentials, at time: Timestamp) -> String {
        let stamp = Self.stamp(time)
        let names = Self.signedHeaders(subject.headers)
        let signature = sign(stringToSign(subject, stamp), credentials, day: String(stamp.prefix(8)))
        return
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope(stamp)), SignedHeaders=\(names), Signature=\(signature)"
    }

    /// The parameters that make a URL valid for `seconds` for whoever has it, with the signature at the end.
    func presigned(
        _ subject: Subject, _ credentials: AWSCredentials, at time: Timestamp, seconds: Int
    ) -> [(name: String, value: String)] {
        let stamp = Self.stamp(time)
        var subject = subject
        subject.query += [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope(stamp))"),
            ("X-Amz-Date", stamp), ("X-Amz-Expires", String(seconds)),
            ("X-Amz-SignedHeaders", Self.signedHeaders(subject.headers)),
        ]
        if let token = credentials.sessionToken { subject.query.append(("X-Amz-Security-Token", token)) }
        let signature = sign(stringToSign(subject, stamp), credentials, day: String(stamp.prefix(8)))
        return subject.query + [("X-Amz-Signature", signature)]
    }

    // MARK: the steps, as the documentation numbers them

    /// 1. One form for all requests that mean the same.
    func canonicalRequest(_ subject: Subject) -> String {
        let headers = Self.canonicalHeaders(subject.headers)
        return [
            subject.method, canonicalPath(subject.path), URIEncoding.query(subject.query),
            headers.map { "\($0.name):\($0.value)\n" }.joined(), headers.map(\.name).joined(separator: ";"),
            subject.payloadHash,
        ].joined(separator: "\n")
    }

    /// S3 signs a path as it is sent, as every character of a key counts. All others sign it without `.`, `..` and empty
    /// segments, encoded once more.
    private func canonicalPath(_ path: String) -> String {
        service == "s3" ? path : URIEncoding.encode(URIEncoding.normalized(path), keepingSlashes: true)
    }

    /// 2. What is signed.
    func stringToSign(_ subject: Subject, _ stamp: String) -> String {
        let hash = Hex.encode(SHA256.hash(Array(canonicalRequest(subject).utf8)))
        return ["AWS4-HMAC-SHA256", stamp, scope(stamp), hash].joined(separator: "\n")
    }

    /// 3. and 4. A key for the day, the region and the service, and the signature by it.
    func sign(_ text: String, _ credentials: AWSCredentials, day: String) -> String {
        var key = Array("AWS4\(credentials.secretAccessKey)".utf8)
        for part in [day, region, service, "aws4_request"] { key = HMAC.sha256(key: key, data: Array(part.utf8)) }
        return Hex.encode(HMAC.sha256(key: key, data: Array(text.utf8)))
    }

    private func scope(_ stamp: String) -> String { "\(stamp.prefix(8))/\(region)/\(service)/aws4_request" }

    /// `20150830T123600Z`.
    static func stamp(_ time: Timestamp) -> String {
        String(time.description.prefix(19)).filter { $0 != "-" && $0 != ":" } + "Z"
    }

    private static func signedHeaders(_ headers: [(name: String, value: String)]) -> String {
        canonicalHeaders(headers).map(\.name).joined(separator: ";")
    }

    /// Fields that proxies and clients change on the way (botocore leaves out the same).
    private static let unsignedFields: Set<String> = [
        "authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id",
    ]

    /// Names in lower case and in order; values of one name joined in the order given, blanks folded.
    private static func canonicalHeaders(
        _ headers: [(name: String, value: String)]
    ) -> [(name: String, value: String)] {
        var values: [String: [String]] = [:]
        for (name, value) in headers { values[name.lowercased(), default: []].append(folded(value)) }
        return values.filter { !unsignedFields.contains($0.key) }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.joined(separator: ",")) }
    }

    private static func folded(_ value: String) -> String {
        value.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r\n" || $0 == "\r" }.joined(separator: " ")
    }
}
