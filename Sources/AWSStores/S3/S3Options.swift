/// How an S3 store moves its objects.
public struct S3Options: Sendable, Hashable {
    /// Up to this many bytes an object is put by one request, which is what S3 charges for.
    public var singlePutLimit = 64 << 20
    /// Bytes of a part of a larger object, put or got. S3 wants at least 5 MiB (but of the last part); it is enlarged
    /// where there would be more than 10,000 parts.
    public var partSize = 16 << 20
    /// How many parts of one object are on their way at a time.
    public var parallelParts = 4
    /// The most bytes of an object that is got to memory; a larger one is an error with the code `invalid`.
    public var memoryLimit = 256 << 20
    /// How long not a byte may move before an attempt is given up.
    public var inactivityTimeout = Duration.seconds(60)

    public init() {}

    /// S3's own limit ("Amazon S3 multipart upload limits").
    static let partLimit = 10_000

    /// The bytes of each part but the last.
    func partSize(of count: Int) -> Int {
        let mebibyte = 1 << 20
        let least = (count + Self.partLimit - 1) / Self.partLimit
        return least <= partSize ? partSize : (least + mebibyte - 1) / mebibyte * mebibyte
    }

    /// The parts of an object: each its offset and its bytes.
    func parts(of count: Int) -> [(offset: Int, count: Int)] {
        let size = partSize(of: count)
        return stride(from: 0, to: count, by: size).map { ($0, min(size, count - $0)) }
    }
}
