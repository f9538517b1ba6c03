public import AWSClient
import FOQUSModel
import FileKit
public import Stores
import Threading

/// Objects in S3. A reader sees whole objects because S3 shows an object only when it is complete (strong consistency).
///
/// Reading what is not there is `notFound` only with the permission s3:ListBucket; without it S3 says that access is
/// denied, so as not to tell.
public final class S3ObjectStore: ObjectStore {
    let service: AWSService
    let options: S3Options
    let time: any TimeSource
    let random: any RandomSource
    private let names: @Sendable (Bucket) -> String
    private static let files = BlockingPool(name: "s3-files", limit: 2)

    /// - Parameters:
    ///   - service: `s3`. Files go through its HTTP client's loop, so it should be no loop that others wait for.
    ///   - names: what the buckets are called.
    public init(
        service: AWSService, options: S3Options = S3Options(), time: any TimeSource,
        random: any RandomSource = SystemRandom(), names: @escaping @Sendable (Bucket) -> String
    ) {
        self.service = service
        self.options = options
        self.time = time
        self.random = random
        self.names = names
    }

    // MARK: putting

    public func put(
        _ content: [UInt8], to key: String, in bucket: Bucket, if condition: PutCondition
    ) async throws(StoreError) -> String {
        let target = try target(key, in: bucket, "put")
        return try await put(.bytes(content), to: target, if: condition)
    }

    /// The file must not change meanwhile.
    public func put(
        file path: String, to key: String, in bucket: Bucket, if condition: PutCondition
    ) async throws(StoreError) -> String {
        let target = try target(key, in: bucket, "put")
        let size = try await onFiles(target.operation) { () throws(FileError) in try File.size(path) }
        do throws(StoreError) {
            return try await put(.file(path: path, count: size), to: target, if: condition)
        } catch {
            // The file's own permissions are no matter of the store's, and do not change by waiting.
            guard error.code == .denied, (error.underlying as? AWSError)?.code == "FileFailed" else { throw error }
            throw StoreError(.invalid, error.operation, error.reason, underlying: error.underlying)
        }
    }

    // MARK: getting

    public func get(_ key: String, in bucket: Bucket) async throws(StoreError) -> [UInt8] {
        let target = try target(key, in: bucket, "get")
        var request = target.request("GET", timeout: Self.transferTimeout)
        request.responseLimit = options.memoryLimit
        request.inactivityTimeout = options.inactivityTimeout
        return try await send(request, target).body
    }

    public func get(_ key: String, in bucket: Bucket, toFile path: String) async throws(StoreError) -> ObjectInfo {
        try await download(try target(key, in: bucket, "get"), to: path)
    }

    public func info(_ key: String, in bucket: Bucket) async throws(StoreError) -> ObjectInfo? {
        let target = try target(key, in: bucket, "look at")
        let response: AWSResponse
        do throws(StoreError) {
            response = try await send(target.request("HEAD"), target)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
        guard let size = response.header("content-length").flatMap({ Int($0) }) else {
            throw StoreError(.unavailable, target.operation, "the answer does not tell the size")
        }
        return try target.info(response, size: size)
    }

    // MARK: presigned URLs

    /// A URL by which whoever has it may get the object, whether it exists or not, for some seconds.
    public func presignedGet(_ key: String, in bucket: Bucket, seconds: Int = 120) async throws(StoreError) -> String {
        let target = try target(key, in: bucket, "sign a URL of")
        return try await presigned(target.request("GET"), target, seconds)
    }

    /// A URL by which whoever has it may put the object for some seconds.
    /// - Parameter contentType: the `Content-Type` that must come with it; nil for any.
    public func presignedPut(
        _ key: String, in bucket: Bucket, contentType: String? = nil, seconds: Int = 120
    ) async throws(StoreError) -> String {
        let target = try target(key, in: bucket, "sign a URL of")
        let headers = contentType.map { [(name: "content-type", value: $0)] } ?? []
        return try await presigned(target.request("PUT", headers: headers), target, seconds)
    }

    private func presigned(
        _ request: AWSRequest, _ target: S3Target, _ seconds: Int
    ) async throws(StoreError) -> String {
        do throws(AWSError) { return try await service.presignedURL(request, seconds: seconds) } catch {
            throw StoreError(s3: error, bucket: target.bucket, target.operation)
        }
    }

    // MARK: what all need

    /// For transfers that `S3Options.inactivityTimeout` ends when they stall.
    static let transferTimeout = Duration.seconds(6 * 3600)

    func target(_ key: String, in bucket: Bucket, _ verb: String) throws(StoreError) -> S3Target {
        let target = S3Target(bucket: names(bucket), key: key, verb: verb)
        try S3Key.check(key, target.operation)
        return target
    }

    func bucketTarget(_ bucket: Bucket, _ verb: String) -> S3Target {
        S3Target(bucket: names(bucket), key: "", verb: verb)
    }

    func send(_ request: AWSRequest, _ target: S3Target) async throws(StoreError) -> AWSResponse {
        do throws(AWSError) { return try await service.send(request) } catch {
            throw StoreError(s3: error, bucket: target.bucket, target.operation)
        }
    }

    func onFiles<Result: Sendable>(
        _ operation: String, _ body: @escaping @Sendable () throws(FileError) -> Result
    ) async throws(StoreError) -> Result {
        do throws(FileError) { return try await Self.files.run(body) } catch {
            throw StoreError(file: error, operation)
        }
    }
}
