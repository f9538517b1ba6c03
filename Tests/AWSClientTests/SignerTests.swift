import FOQUSModel
import Testing

@testable import AWSClient

/// The examples of the AWS documentation.
@Suite struct SignerTests {
    private static let s3 = Signer(service: "s3", region: "us-east-1")
    /// The key that the documentation uses, which belongs to nobody.
    private static let example = AWSCredentials(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        source: "documentation")
    private static let may24 = Timestamp(iso: "2013-05-24T00:00:00Z")!

    /// "Example: GET Object" of the S3 API reference, "Authenticating Requests: Using the Authorization Header".
    @Test func aRangeOfAnObject() {
        let subject = Signer.Subject(
            method: "GET", path: "/test.txt", query: [],
            headers: [
                ("Host", "examplebucket.s3.amazonaws.com"), ("Range", "bytes=0-9"),
                ("x-amz-content-sha256", Signer.emptyHash), ("x-amz-date", "20130524T000000Z"),
            ], payloadHash: Signer.emptyHash)
        #expect(
            Self.s3.authorization(subject, Self.example, at: Self.may24)
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    /// "Example" of "Authenticating Requests: Using Query Parameters".
    @Test func aPresignedURL() {
        let subject = Signer.Subject(
            method: "GET", path: "/test.txt", query: [], headers: [("host", "examplebucket.s3.amazonaws.com")],
            payloadHash: Signer.unsignedPayload)
        let query = Self.s3.presigned(subject, Self.example, at: Self.may24, seconds: 86400)
        #expect(query.last?.name == "X-Amz-Signature")
        #expect(query.last?.value == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }
}
