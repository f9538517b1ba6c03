import Testing

@testable import AWSClient

@Suite struct EndpointTests {
    @Test(arguments: [
        ("sqs", "eu-west-1", "https://sqs.eu-west-1.amazonaws.com"),
        ("s3", "us-east-1", "https://s3.us-east-1.amazonaws.com"),
        ("dynamodb", "cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn"),
        ("sts", "us-gov-west-1", "https://sts.us-gov-west-1.amazonaws.com"),
        ("logs", "us-isob-east-1", "https://logs.us-isob-east-1.sc2s.sgov.gov"),
        ("monitoring", "eusc-de-east-1", "https://monitoring.eusc-de-east-1.amazonaws.eu"),
    ])
    func publicNames(service: String, region: String, url: String) {
        #expect(AWSEndpoints.url(service: service, region: region, environment: [:]) == url)
    }

    @Test func theServicesVariableGoesFirst() {
        let both = ["AWS_ENDPOINT_URL": "http://all:1/", "AWS_ENDPOINT_URL_SQS": "http://sqs:2/x/"]
        #expect(AWSEndpoints.url(service: "sqs", region: "r", environment: both) == "http://sqs:2/x")
        #expect(AWSEndpoints.url(service: "sns", region: "r", environment: both) == "http://all:1")
        let empty = ["AWS_ENDPOINT_URL_SQS": "", "AWS_ENDPOINT_URL": ""]
        #expect(AWSEndpoints.configured(service: "sqs", environment: empty) == nil)
        let ignored = ["AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"]
        #expect(AWSEndpoints.configured(service: "sqs", environment: ignored) == nil)
    }

    @Test(arguments: [
        ("sqs", "SQS"), ("dynamodb", "DYNAMODB"), ("monitoring", "CLOUDWATCH"), ("logs", "CLOUDWATCH_LOGS"),
        ("autoscaling", "AUTO_SCALING"), ("s3", "S3"),
    ])
    func variablesAreNamedByTheServicesIdentifiers(service: String, end: String) {
        let environment = ["AWS_ENDPOINT_URL_\(end)": "http://here"]
        #expect(AWSEndpoints.configured(service: service, environment: environment) == "http://here")
    }

    @Test(arguments: [
        ("http://h:4566", "http", "h:4566", ""), ("https://h:443/", "https", "h", ""),
        ("HTTP://h:80/a/b/", "http", "h", "/a/b"), ("http://[::1]:90", "http", "[::1]:90", ""),
    ])
    func endpointsAreTakenApart(text: String, scheme: String, authority: String, path: String) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(endpoint.scheme == scheme)
        #expect(endpoint.authority == authority)
        #expect(endpoint.basePath == path)
    }

    @Test(arguments: ["", "h:4566", "ftp://h", "http://", "http:///x", "http://u@h", "http://h?x"])
    func otherTextsAreNoEndpoints(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test(arguments: [
        ("/my-bucket", "my-bucket.s3.x", "/"), ("/my-bucket/", "my-bucket.s3.x", "/"),
        ("/my-bucket/a b//c/../d", "my-bucket.s3.x", "/a%20b//c/../d"),
        // A slash and a combining mark.
        ("/my-bucket/\u{301}", "my-bucket.s3.x", "/%CC%81"),
    ])
    func bucketsHaveHosts(path: String, host: String, rest: String) throws {
        let endpoint = try #require(Endpoint("https://s3.x"))
        let address = try #require(Address(ofBucketAt: endpoint, path: path))
        #expect(address.host == host)
        #expect(address.path == rest)
    }

    @Test(arguments: ["/", "/ab", "/My-Bucket/k", "/with.dot/k", "/-a-b/k", "/under_score/k", "", "bucket/k"])
    func someBucketsStayInThePath(path: String) throws {
        let endpoint = try #require(Endpoint("https://s3.x"))
        #expect(Address(ofBucketAt: endpoint, path: path) == nil)
    }
}
